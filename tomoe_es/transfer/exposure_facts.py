"""What is known of one chip of one exposure when its cube is written: all that the header says."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT, frame_seconds
from tomoe_es.camera.frame_id import FrameId
from tomoe_es.clock import to_datetime

DataType = Literal["OBJECT", "DARK", "FLAT"]


class WeatherFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The weather and temperatures at the start of an exposure; None: no reading."""

    telescope_temperature_c: float | None = None
    dome_temperature_c: float | None = None
    sky_temperature_c: float | None = None
    outside_temperature_c: float | None = None
    humidity_percent: float | None = None
    wind_speed_m_s: float | None = None
    wind_direction_deg: float | None = None


class ExposureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One chip of one exposure.

    `ra_deg`, `dec_deg` (ICRS) are where the mount says that the boresight points. `start_us` is the start of
    the first frame, UTC microseconds since 1970. `event_positions` names the events that led here. A reading
    of a device that never answered is None.
    """

    exposure_number: int
    det_id: int
    object_name: str
    data_type: DataType
    project: str
    observer: str
    recipe_id: str
    ra_deg: float
    dec_deg: float
    altitude_deg: float | None
    azimuth_deg: float | None
    dome_azimuth_deg: float | None
    focus_mm: float | None
    gain: Literal["high", "low"]
    exposure_seconds: float
    nframe: int
    start_us: int
    sensor_temperature_k: float
    weather: WeatherFacts
    pipeline: tuple[str, ...]
    event_positions: dict[str, int]
    code_version: str

    @property
    def start(self) -> dt.datetime:
        """Start of the first frame, UTC."""
        return to_datetime(self.start_us)

    @property
    def frame_id(self) -> FrameId:
        """Name of this chip's data, by the UTC date of the exposure's start."""
        return FrameId(self.start.date(), self.exposure_number, self.det_id)

    @property
    def frame_seconds(self) -> float:
        """Time from the start of one frame to the start of the next."""
        return frame_seconds(self.exposure_seconds)

    @property
    def end_us(self) -> int:
        """End of the last frame, UTC microseconds since 1970."""
        return self.start_us + round(self.nframe * self.frame_seconds * 1e6)

    @property
    def gain_e_per_count(self) -> float:
        """Electrons a count."""
        return GAIN_ELECTRONS_PER_COUNT[self.gain]

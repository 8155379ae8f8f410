"""Events of the camera: exposures, and the cube of frames of each chip."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event

DataType = Literal["OBJECT", "DARK", "FLAT"]


class ExposureEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of one exposure, numbered over the life of the camera."""

    exposure_number: int

    def stream(self) -> str:
        return f"exposure/{self.exposure_number:08d}"


class ExposureRequested(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera was told to expose all chips."""

    recipe_id: str
    name: str
    data_type: DataType
    gain: Literal["high", "low"]
    exposure_seconds: float  # of one frame
    frames: int
    pipeline: list[str]
    observer: str
    project: str
    lane: Literal["default", "express"]
    ra_deg: float  # where the mount says that it points, ICRS
    dec_deg: float
    night: str


class ExposureStarted(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera's own reading: the first frame began (GPS time)."""

    start_us: int


class ExposureFinished(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera's own reading: the last frame was read out."""

    end_us: int
    det_ids: list[int]


class ExposureAbortRequested(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera was told to stop exposing."""

    reason: str


class ExposureAborted(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The exposure ended early; its frames are not used."""

    reason: str


class ChipCubeAcquired(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """All frames of one chip are in its ring buffer."""

    frame_id: str
    frames: int
    frames_lost: int
    gps_start_us: int  # when the first frame began, by the GPS receiver of the chip's readout
    gps_end_us: int  # when the last frame ended


class CameraRead(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera's own reading."""

    state: Literal["idle", "exposing", "fault", "off"]
    sensor_temperature_k: float

    def stream(self) -> str:
        return "camera"

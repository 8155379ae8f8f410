"""What to render: one chip of one exposure, as plain data that travels to a worker process."""

from pathlib import Path
from typing import Literal

import msgspec

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.photometry import DARK_SKY_MAG_ARCSEC2, SEEING_FWHM_ARCSEC
from adapters.tycho2_index import DEBIAN_INDEX_FOLDER
from tomoe_es.camera.field_mapping import DISTORTION
from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.camera.frame_geometry import DARK_TEMPERATURE_K, GAIN_ELECTRONS_PER_COUNT
from tomoe_es.camera.refraction import Air

TRUE_DISTORTION = 1.02 * DISTORTION
"""A camera's distortion is known to a few per cent."""


class RenderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One chip of one exposure, with everything that its pixels depend on.

    `true_ra_deg`, `true_dec_deg` are where the boresight really is (not where the mount says). `air` is what
    lifts the stars, `distortion` that of the optics, which the reduction knows only nearly. `transparency`
    has one value a frame, 1 under a clear sky; it dims a FLAT's twilight too. `sky_mag_arcsec2` is infinite
    when no light comes in; `flat_e_per_second` is the twilight's level in a FLAT. Raises ValueError when it
    names what the camera does not have.
    """

    seed: int
    exposure_number: int
    det_id: int
    data_type: Literal["OBJECT", "DARK", "FLAT"]
    nframe: int
    exposure_seconds: float
    start_time_us: int
    transparency: tuple[float, ...]
    gain: Literal["high", "low"] = "high"
    true_ra_deg: float = 0.0
    true_dec_deg: float = 0.0
    sky_mag_arcsec2: float = DARK_SKY_MAG_ARCSEC2
    flat_e_per_second: float = 3000.0
    sensor_temperature_k: float = DARK_TEMPERATURE_K
    seeing_fwhm_arcsec: float = SEEING_FWHM_ARCSEC
    focus_offset_mm: float = 0.0
    air: Air = Air()
    distortion: float = TRUE_DISTORTION
    movers: tuple[MovingObject, ...] = ()
    star_index_directory: Path = DEBIAN_INDEX_FOLDER

    def __post_init__(self) -> None:
        if self.det_id not in CHIPS:
            raise ValueError(f"there is no chip with DET_ID {self.det_id}")
        if self.gain not in GAIN_ELECTRONS_PER_COUNT:
            raise ValueError(
                f"there is no gain {self.gain!r}: use one of {', '.join(GAIN_ELECTRONS_PER_COUNT)}"
            )
        if self.nframe < 1 or len(self.transparency) != self.nframe:
            raise ValueError(f"{self.nframe} frames with {len(self.transparency)} values of transparency")
        if not self.exposure_seconds > 0:
            raise ValueError(f"an exposure of {self.exposure_seconds} s: it must be more than 0")

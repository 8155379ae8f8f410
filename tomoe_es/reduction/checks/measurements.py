"""What the quality checks look at: everything measured of one chip that can tell whether to trust it."""

from __future__ import annotations

import math

import msgspec

from tomoe_es.camera.frame_geometry import READ_NOISE_E
from tomoe_es.transfer.exposure_facts import DataType


class Measurements(msgspec.Struct, frozen=True, kw_only=True):
    """None stands for what doesn't apply, NaN or infinity for what applies and could not be measured.

    `level_counts`: sky of an OBJECT, median of a DARK, brightest frame of a FLAT; `faintest_counts` that of a
    FLAT. `noise` is that of one frame in its noisiest band, and `expected_noise` what light and readout
    explain, counts, of a FLAT relative to its light. `lost_fraction` of lines without data of their own
    frame. `sky_unevenness` from 0 to 1, of the second brightest box's light. `offset_arcsec` of the field
    from the pointing. `astrometry_failure` is None where stars were found, or none looked for.
    `extinction_mag`: by how much stars are fainter than under a clear sky.
    """

    data_type: DataType
    gain_e_per_count: float
    time_departure_seconds: float
    same_field: bool
    level_counts: float
    faintest_counts: float | None = None
    noise: float
    expected_noise: float
    lost_fraction: float | None = None
    saturated_fraction: float | None = None
    sky_unevenness: float | None = None
    bad_fraction: float | None = None
    dark_warmer_k: float | None = None
    offset_arcsec: float | None = None
    astrometry_stars: int | None = None
    astrometry_failure: str | None = None
    fwhm_arcsec: float | None = None
    ellipticity: float | None = None
    zero_point_scatter_mag: float | None = None
    extinction_mag: float | None = None


def expected_noise_counts(light_counts: float, gain_e_per_count: float) -> float:
    """Standard deviation of a pixel of one frame, from the light on it and the read noise."""
    return math.sqrt(READ_NOISE_E**2 + max(light_counts, 0.0) * gain_e_per_count) / gain_e_per_count

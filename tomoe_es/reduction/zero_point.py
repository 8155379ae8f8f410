"""Zero point: the magnitude of a source of one count, from catalogue stars, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.checks.zero_point import LARGEST_SCATTER_MAG
from tomoe_es.reduction.clear_sky import CLEAR_ZERO_POINT_MAG
from tomoe_es.reduction.photometry import APERTURE_RADIUS_PIXELS, Photometry
from tomoe_es.reduction.single_sources import BLENDED

FEWEST_STARS_FOR_SCATTER: Final = 3
FEWEST_UNSATURATED: Final = 3
LEAST_SIGNAL_TO_NOISE: Final = 20.0
LIMIT_SIGMA: Final = 5.0


@dataclass(frozen=True, slots=True)
class ZeroPoint:
    """`magnitude` of a source of one count in the circle of 4.5 pixels, in the mean frame.

    `scatter_mag` from star to star, None of fewer than 3; `stars` used.
    """

    magnitude: float
    scatter_mag: float | None
    stars: int

    @property
    def error_mag(self) -> float:
        """Of the magnitude; one or two stars are presumed to scatter as much as a good chip may."""
        scatter = LARGEST_SCATTER_MAG if self.scatter_mag is None else self.scatter_mag
        return scatter / math.sqrt(self.stars)

    def magnitudes(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Magnitudes of fluxes; NaN where there is no light."""
        light = np.where(counts > 0, counts, np.nan)
        return np.asarray(self.magnitude - 2.5 * np.log10(light))


def zero_point(sources: NDArray[np.void], magnitude: NDArray[np.float64]) -> ZeroPoint | None:
    """From sources (photometry.SOURCE_TYPE) and the catalogue magnitude of each, NaN where there is none.

    Stars well above the noise are used; None when there is none. Of Tycho-2 most are saturated at 0.5 s.
    Where fewer than 3 are neither that nor blended, saturated ones count too, by their wings, as good as the
    profile is, or blended ones, which have more light than their own: whichever agree better. In the densest
    fields of the Milky Way that are the blended ones, since wings there are those of many stars.
    """
    counts = np.where(sources["saturated"], sources["optimal_flux"], sources["flux"])
    known = np.isfinite(magnitude) & (counts > 0)
    known &= sources["flux"] > LEAST_SIGNAL_TO_NOISE * sources["flux_error"]
    alone, whole = sources["flags"] == 0, ~sources["saturated"]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = magnitude + 2.5 * np.log10(counts)
    best = _of_stars(each[known & alone & whole])
    if best is not None and best.stars >= FEWEST_UNSATURATED:
        return best
    others = (_of_stars(each[known & some]) for some in (alone, whole & (sources["flags"] & ~BLENDED == 0)))
    return min((one for one in others if one is not None), key=lambda one: one.error_mag, default=None)


def _of_stars(each: NDArray[np.float64]) -> ZeroPoint | None:
    """From what each star says."""
    stars = len(each)
    if stars == 0:
        return None
    scatter = float(np.std(each, ddof=1)) if stars >= FEWEST_STARS_FOR_SCATTER else None
    # Of an even number the lower one in the middle: a companion nobody resolves makes its star too bright.
    return ZeroPoint(float(np.sort(each)[(stars - 1) // 2]), scatter, stars)


def extinction_mag(zero: ZeroPoint, measured: Photometry, gain_e_per_count: float, seconds: float) -> float:
    """By how much stars are fainter than under a clear sky; gain and exposure are those of one frame."""
    of_one_count = magnitude_of_one_count(zero, measured, gain_e_per_count, seconds)
    return magnitude_of_one_count(None, measured, gain_e_per_count, seconds) - of_one_count


def magnitude_of_one_count(
    zero: ZeroPoint | None, measured: Photometry, gain_e_per_count: float, seconds: float
) -> float:
    """Magnitude of a source all the light of which is one count; gain and exposure are those of one frame.

    Without a measured zero point that of a clear sky.
    """
    if zero is None:
        return CLEAR_ZERO_POINT_MAG - 2.5 * math.log10(gain_e_per_count / seconds)
    return zero.magnitude - 2.5 * math.log10(measured.profile.part_within(APERTURE_RADIUS_PIXELS))


def limiting_magnitude(
    zero: ZeroPoint, measured: Photometry, noise_counts: float, gain_e_per_count: float
) -> float:
    """Magnitude of a star at 5 sigma of optimal photometry, where a pixel has a noise and counts a gain."""
    counts = measured.profile.flux_at(LIMIT_SIGMA, noise_counts**2, gain_e_per_count)
    counts *= measured.profile.part_within(APERTURE_RADIUS_PIXELS)
    return zero.magnitude - 2.5 * math.log10(counts)

"""Sources of a stack: background, detection, centroids, aperture and optimal photometry.

Detections, windows and apertures are as Source Extractor has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import sep
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.extraction import extracted
from tomoe_es.reduction.half_light import half_light_radius
from tomoe_es.reduction.mask import BAD, SATURATED
from tomoe_es.reduction.optimal import Profile, optimal_flux
from tomoe_es.reduction.profile_fit import fitted_profile
from tomoe_es.reduction.single_sources import LINE, TRUNCATED
from tomoe_es.reduction.sky import without_sky
from tomoe_es.reduction.star_halo import HALO, on_a_halo
from tomoe_es.reduction.windowed_centroid import windowed_centroids

APERTURE_RADIUS_PIXELS: Final = 4.5
WELL_MEASURED: Final = 50.0
"""Signal to noise of the stars that tell width and profile."""
STARS_OF_PROFILE: Final = 100
SIGMA_TO_HALF_LIGHT: Final = 1.1774
"""Of a Gaussian."""
LARGEST_SHIFT_PIXELS: Final = 1.0
"""By so much at most a windowed centroid may be off the centre of the pixels over the threshold."""
FWHM_OF_HALF_LIGHT_DIAMETER: Final = 0.880
"""For a Moffat profile of beta 4.765."""
TYPICAL_FWHM_PIXELS: Final = 3.0
"""Of the profile where no star is good enough to tell."""

SOURCE_TYPE: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("flux", np.float64),
        ("flux_error", np.float64),
        ("optimal_flux", np.float64),
        ("optimal_error", np.float64),
        ("peak", np.float64),
        ("fwhm", np.float64),
        ("ellipticity", np.float64),
        ("flags", np.int16),
        ("saturated", np.bool_),
    ]
)
"""A source: 0-based pixels of the imaging area; counts in a circle of 4.5 pixels; optimal counts brought to
the same scale; peak in counts; FWHM in pixels; ellipticity 1 - b / a; sep's flags and
`star_halo.HALO`; whether a pixel of its middle was full in a frame."""


@dataclass(frozen=True, slots=True)
class Photometry:
    """`sources` of SOURCE_TYPE, brightest first; sky level and noise of a pixel of the stack, in counts.

    `fwhm_arcsec` is that of the profile that fits the 100 brightest unsaturated stars best, of those that are
    well measured, `ellipticity` their median; None where there is none.
    `light` is the stack less its background, (1128, 2000) float32, 0 in bad pixels.
    """

    sources: NDArray[np.void]
    sky_counts: float
    noise_counts: float
    fwhm_arcsec: float | None
    ellipticity: float | None
    light: NDArray[np.float32]

    @property
    def whole(self) -> NDArray[np.void]:
        """The sources that are neither cut by the edge, a pixel wide, nor a huge star's, brightest first."""
        return np.asarray(self.sources[(self.sources["flags"] & (TRUNCATED | LINE | HALO)) == 0])

    @property
    def xy(self) -> NDArray[np.float64]:
        """Positions of the whole sources, shape (n, 2)."""
        whole = self.whole
        return np.column_stack([whole["x"], whole["y"]])

    @property
    def profile(self) -> Profile:
        """The profile of this chip's stars."""
        return Profile.of_fwhm(self.fwhm_pixels)

    @property
    def fwhm_pixels(self) -> float:
        """Width of this chip's stars."""
        return TYPICAL_FWHM_PIXELS if self.fwhm_arcsec is None else self.fwhm_arcsec / PIXEL_SCALE_ARCSEC


def measure(image: NDArray[np.float32], mask: NDArray[np.uint8], gain_e_per_count: float) -> Photometry:
    """Measure a stack, planes of shape (1128, 2000), `mask` of bits of `mask`; the gain is that of the stack.

    An image without contrast has no sources.
    """
    bad = (mask & BAD) != 0
    light, sky, noise = without_sky(image, bad)
    if not noise > 0:
        return Photometry(np.empty(0, SOURCE_TYPE), sky, noise, None, None, light)
    found = extracted(light, noise)
    sources = _measured(light, bad, found, noise, gain_e_per_count)
    sources["saturated"] = _near_saturated(mask, found)
    sources["flags"][on_a_halo(light, mask, noise, sources)] |= HALO
    good = sources[_well_measured(sources)]
    fwhm = _fwhm_pixels(light, bad, good, noise, gain_e_per_count) * PIXEL_SCALE_ARCSEC if len(good) else None
    ellipticity = float(np.median(good["ellipticity"])) if len(good) else None
    measured = Photometry(sources, sky, noise, fwhm, ellipticity, light)
    # A full star is measured by its wings.
    _add_optimal(measured, (mask & (BAD | SATURATED)) != 0, gain_e_per_count)
    sources[:] = sources[np.argsort(-sources["flux"], kind="stable")]
    return measured


def _measured(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    found: NDArray[np.void],
    noise: float,
    gain_e_per_count: float,
) -> NDArray[np.void]:
    """Centroids, widths and apertures of detected objects, in their order."""
    sources = np.zeros(len(found), SOURCE_TYPE)
    if not len(found):
        return sources
    x, y = found["x"], found["y"]
    xy = np.column_stack([x, y])
    half_light = np.clip(half_light_radius(light, xy), 0.8, 5.0)
    x_window, y_window = windowed_centroids(light, xy, half_light / SIGMA_TO_HALF_LIGHT).T
    # Beside a bright star the window climbs up to it, and one star would be two sources.
    stays = np.hypot(x_window - x, y_window - y) < LARGEST_SHIFT_PIXELS
    x, y = np.where(stays, x_window, x), np.where(stays, y_window, y)
    flux, error, flags = sep.sum_circle(
        light, x, y, APERTURE_RADIUS_PIXELS, err=noise, gain=gain_e_per_count, mask=bad
    )
    sources["x"], sources["y"], sources["flux"], sources["flux_error"] = x, y, flux, error
    sources["peak"], sources["fwhm"] = found["peak"], FWHM_OF_HALF_LIGHT_DIAMETER * 2 * half_light
    sources["ellipticity"] = 1 - found["b"] / found["a"]
    sources["flags"] = found["flag"] | flags
    return sources


def _well_measured(sources: NDArray[np.void]) -> NDArray[np.int64]:
    """Indices of the brightest stars that are neither saturated nor blended, as far as any is well measured.

    Among the stars of the Milky Way it's the brightest on whose width and light their neighbours tell least.
    """
    good = ~sources["saturated"] & (sources["flux"] > WELL_MEASURED * sources["flux_error"])
    if (good & (sources["flags"] == 0)).any():
        good &= sources["flags"] == 0
    brightest = np.argsort(-sources["flux"], kind="stable")
    return np.asarray(brightest[good[brightest]][:STARS_OF_PROFILE])


def _fwhm_pixels(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    stars: NDArray[np.void],
    noise: float,
    gain_e_per_count: float,
) -> float:
    xy = np.column_stack([stars["x"], stars["y"]])
    about = float(np.median(stars["fwhm"]))
    return fitted_profile(light, bad, xy, about, noise**2, gain_e_per_count).fwhm_pixels


def _near_saturated(mask: NDArray[np.uint8], found: NDArray[np.void]) -> NDArray[np.bool_]:
    """Whether a pixel within one of an object's peak was full."""
    height, width = mask.shape
    column = np.clip(found["xpeak"], 1, width - 2)
    row = np.clip(found["ypeak"], 1, height - 2)
    around = np.arange(-1, 2)
    bits = mask[(row[:, None] + around)[:, :, None], (column[:, None] + around)[:, None, :]]
    return np.asarray(((bits & SATURATED) != 0).any(axis=(1, 2)))


def _add_optimal(measured: Photometry, bad: NDArray[np.bool_], gain_e_per_count: float) -> None:
    """Optimal fluxes, scaled so that for well measured stars they are those of the aperture.

    The profile is never quite that of the stars; what it misses is the same part of all of them.
    """
    sources = measured.sources
    xy = np.column_stack([sources["x"], sources["y"]])
    flux, error = optimal_flux(
        measured.light,
        bad,
        xy,
        sources["flux"],
        measured.profile,
        measured.fwhm_pixels,
        measured.noise_counts**2,
        gain_e_per_count,
    )
    good = _well_measured(sources)
    good = good[flux[good] > 0]
    scale = (
        float(np.median(sources["flux"][good] / flux[good]))
        if len(good)
        else measured.profile.part_within(APERTURE_RADIUS_PIXELS)
    )
    sources["optimal_flux"], sources["optimal_error"] = scale * flux, scale * error

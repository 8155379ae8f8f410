"""The width of a chip's stars: that of the profile of optimal photometry which fits their pixels best.

Faint stars are weighed by the profile, bright ones hardly. So a profile that is 2 % too wide, as the width
from half of the light is because pixels are squares, makes faint stars some 1 % brighter beside bright ones.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled
from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile

RADIUS_IN_FWHM: Final = 1.5
"""Farther out there is more light of neighbours than news of the width."""
STEPS: Final = 4
MOST_CHANGE: Final = 1.5
"""A star that is so much wider or narrower than the others is none, or two."""


def fitted_profile(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    xy: NDArray[np.float64],
    fwhm_pixels: float,
    variance: float,
    gain_e_per_count: float,
) -> Profile:
    """The median of the profiles fitted to stars at `xy` (n, 2), 0-based pixels, on `light` without sky.

    `fwhm_pixels` is about right; its profile is given back where no star can be fitted. `variance` is that of
    a pixel of the sky, counts squared.
    """
    about = Profile.of_fwhm(fwhm_pixels)
    alphas = np.empty(len(xy))
    _fit(light, bad, xy, about.alpha, RADIUS_IN_FWHM * fwhm_pixels, variance, 1 / gain_e_per_count, alphas)
    fitted = alphas[np.isfinite(alphas)]
    return Profile(float(np.median(fitted))) if len(fitted) else about


@compiled
def _fit(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    xy: NDArray[np.float64],
    about: float,
    radius: float,
    variance: float,
    variance_a_count: float,
    out: NDArray[np.float64],
) -> None:
    """Scale of each star's profile by Gauss-Newton steps in flux and scale; NaN where they lead nowhere."""
    height, width = light.shape
    reach = math.ceil(radius)
    for star in range(len(xy)):
        x, y = xy[star, 0], xy[star, 1]
        column, row = round(x), round(y)
        alpha, flux = about, 0.0
        for step in range(STEPS):
            peak = (MOFFAT_BETA - 1) / (math.pi * alpha**2)
            ff = fa = aa = fl = al = 0.0
            for j in range(max(row - reach, 0), min(row + reach + 1, height)):
                for i in range(max(column - reach, 0), min(column + reach + 1, width)):
                    squared = (i - x) ** 2 + (j - y) ** 2
                    if bad[j, i] or squared > radius**2:
                        continue
                    q = squared / alpha**2
                    part = peak * (1 + q) ** -MOFFAT_BETA
                    by_alpha = flux * part * 2 / alpha * (MOFFAT_BETA * q / (1 + q) - 1)
                    weight = 1 / (variance + variance_a_count * flux * part)
                    left = light[j, i] - flux * part
                    ff += weight * part * part
                    fa += weight * part * by_alpha
                    aa += weight * by_alpha * by_alpha
                    fl += weight * part * left
                    al += weight * by_alpha * left
            if step == 0:  # the flux alone, of which nothing is known yet
                flux = max(fl / ff, 0.0) if ff > 0 else math.nan
                continue
            determinant = ff * aa - fa * fa
            if not determinant > 0:
                alpha = math.nan
                break
            flux += (aa * fl - fa * al) / determinant
            alpha += (ff * al - fa * fl) / determinant
            if not (about / MOST_CHANGE < alpha < about * MOST_CHANGE and flux > 0):
                alpha = math.nan
                break
        out[star] = alpha

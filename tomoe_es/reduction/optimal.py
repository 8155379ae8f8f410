"""Optimal photometry: the flux of a star as the least-squares height of its profile.

Naylor (1998, MNRAS 296, 339). The profile is a round Moffat of the chip's own width. Pixels that are bad
don't count. Weights follow the profile and not the pixels, since weights made of noisy pixels bias faint
stars low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled

MOFFAT_BETA: Final = 4.765
"""The wings of atmospheric turbulence (Trujillo et al. 2001, MNRAS 328, 977)."""
RADIUS_IN_FWHM: Final = 3.0
TABLE_STEPS_A_PIXEL: Final = 64
"""Of the profile, by the square of the distance, in square pixels: linear between, it's 2e-5 of the peak off
at most for an FWHM of 2 pixels or more."""
_ROUNDS: Final = 30
"""Of an iteration that comes twice as near each time, or nearer."""
_NODES: Final = np.polynomial.legendre.leggauss(24)
_FARTHER_OUT: Final = (_NODES[0] + 1) / 2
_WEIGHTS: Final = _NODES[1] / 2
_FWHM_OF_ALPHA: Final = 2 * math.sqrt(2 ** (1 / MOFFAT_BETA) - 1)


@dataclass(frozen=True, slots=True)
class Profile:
    """A Moffat profile; `alpha` is its scale in pixels."""

    alpha: float

    @classmethod
    def of_fwhm(cls, fwhm_pixels: float) -> Profile:
        """That of a full width at half maximum."""
        return cls(fwhm_pixels / _FWHM_OF_ALPHA)

    @property
    def fwhm_pixels(self) -> float:
        """Full width at half maximum."""
        return self.alpha * _FWHM_OF_ALPHA

    @property
    def peak(self) -> float:
        """Part of a star's light in the pixel at its centre."""
        return (MOFFAT_BETA - 1) / (math.pi * self.alpha**2)

    @property
    def noise_equivalent_pixels(self) -> float:
        """How many pixels' noise of the sky optimal photometry takes in (King 1983, PASP 95, 163)."""
        return math.pi * self.alpha**2 * (2 * MOFFAT_BETA - 1) / (MOFFAT_BETA - 1) ** 2

    def part_within(self, radius_pixels: float) -> float:
        """Part of a star's light within a circle."""
        return float(1 - (1 + (radius_pixels / self.alpha) ** 2) ** (1 - MOFFAT_BETA))

    def flux_at(self, signal_to_noise: float, variance: float, gain_e_per_count: float) -> float:
        """Counts of the star that stands out so much over a sky of a variance in counts squared a pixel.

        The variance of its flux is one over the integral of p^2 / (sky + p flux / gain), with p its profile:
        its peak times w^(beta / (2 beta - 1)), with w the part of the integral of p^2 that is farther out.
        King's, who adds up the noise that sky and star would each have alone, is less than anybody reaches.
        """
        of_light = self.peak / gain_e_per_count * _FARTHER_OUT ** (MOFFAT_BETA / (2 * MOFFAT_BETA - 1))
        flux = signal_to_noise**2 / gain_e_per_count
        for _ in range(_ROUNDS):
            information = float(_WEIGHTS @ (1 / (variance + flux * of_light)))
            flux = signal_to_noise * math.sqrt(self.noise_equivalent_pixels / information)
        return flux


def optimal_flux(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    xy: NDArray[np.float64],
    guess: NDArray[np.float64],
    profile: Profile,
    fwhm_pixels: float,
    variance: float,
    gain_e_per_count: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fluxes and their errors, counts, of stars at `xy` (n, 2), 0-based pixels, on `light` without sky.

    `guess` are fluxes that are about right, for the weights. NaN where no pixel is good.
    """
    out = np.empty((2, len(xy)))
    radius = math.ceil(RADIUS_IN_FWHM * fwhm_pixels)
    guess = np.ascontiguousarray(guess)  # what the kernel is compiled for; a column of a table isn't
    _fit(light, bad, xy, guess, profile.alpha, radius, variance, 1 / gain_e_per_count, out)
    return out[0], out[1]


@compiled
def _fit(
    light: NDArray[np.float32],
    bad: NDArray[np.bool_],
    xy: NDArray[np.float64],
    guess: NDArray[np.float64],
    alpha: float,
    radius: int,
    variance: float,
    variance_a_count: float,
    out: NDArray[np.float64],
) -> None:
    height, width = light.shape
    peak = (MOFFAT_BETA - 1) / (math.pi * alpha**2)
    # To raise to a power takes ten times as long as to look it up.
    table = np.empty(2 * (radius + 1) ** 2 * TABLE_STEPS_A_PIXEL)
    for k in range(len(table)):
        table[k] = peak * (1 + k / TABLE_STEPS_A_PIXEL / alpha**2) ** -MOFFAT_BETA
    parts = np.empty((2 * radius + 1, 2 * radius + 1))
    for star in range(len(xy)):
        x, y, flux = xy[star, 0], xy[star, 1], max(guess[star], 0.0)
        column, row = round(x), round(y)
        top, bottom = max(row - radius, 0), min(row + radius + 1, height)
        left, right = max(column - radius, 0), min(column + radius + 1, width)
        for j in range(top, bottom):
            for i in range(left, right):
                place = ((i - x) ** 2 + (j - y) ** 2) * TABLE_STEPS_A_PIXEL
                k = int(place)
                parts[j - top, i - left] = table[k] + (place - k) * (table[k + 1] - table[k])
        error = math.nan
        for _ in range(2):
            weighted, weight = 0.0, 0.0
            for j in range(top, bottom):
                for i in range(left, right):
                    if not bad[j, i]:
                        part = parts[j - top, i - left]
                        over = part / (variance + variance_a_count * flux * part)
                        weighted += over * light[j, i]
                        weight += over * part
            if weight <= 0:
                flux = math.nan
                break
            flux, error = weighted / weight, 1 / math.sqrt(weight)
            if flux < 0:
                break
        out[0, star], out[1, star] = flux, error

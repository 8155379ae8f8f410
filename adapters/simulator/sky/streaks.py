"""How well the light of a moving object stands out in one frame, drawn out by its way."""

from __future__ import annotations

import math

import numpy as np

from adapters.simulator.sky.photometry import electrons_per_second, sky_electrons_per_second
from adapters.simulator.sky.psf import MOFFAT_BETA, MoffatPsf
from tomoe_es.camera.frame_geometry import DARK_E_PER_SECOND, PIXEL_SCALE_ARCSEC, READ_NOISE_E

PLACES = 201


def concentration(streak_pixels: float, fwhm_arcsec: float) -> float:
    """By how much fewer pixels a star's light is spread over than that of a streak, 1 for one of no length.

    Of noise-equivalent pixels, for a Gaussian PSF.
    """
    sigma = fwhm_arcsec / PIXEL_SCALE_ARCSEC / 2.3548
    along = np.linspace(-streak_pixels / 2, streak_pixels / 2, PLACES)
    return float(np.exp(-((along[:, None] - along) ** 2) / (4 * sigma**2)).mean())


def signal_to_noise(
    magnitude: float, streak_pixels: float, fwhm_arcsec: float, sky_mag_arcsec2: float, seconds: float
) -> float:
    """Of a streak in one frame, by a filter of its shape; `magnitude` is that of the light that arrives."""
    signal = electrons_per_second(magnitude) * seconds
    pixels = MoffatPsf.of_fwhm_arcsec(fwhm_arcsec).noise_equivalent_pixels
    pixels /= concentration(streak_pixels, fwhm_arcsec)
    in_a_pixel = (sky_electrons_per_second(sky_mag_arcsec2) + DARK_E_PER_SECOND) * seconds + READ_NOISE_E**2
    return signal / math.sqrt(signal + pixels * in_a_pixel)


def peak_electrons(magnitude: float, streak_pixels: float, fwhm_arcsec: float, seconds: float) -> float:
    """In the fullest pixel of a streak in one frame, without the sky."""
    psf = MoffatPsf.of_fwhm_arcsec(fwhm_arcsec)
    along = np.linspace(-streak_pixels / 2, streak_pixels / 2, PLACES)
    part = psf.peak * float(np.mean((1 + (along / psf.alpha) ** 2) ** -MOFFAT_BETA))
    return electrons_per_second(magnitude) * seconds * part

"""From magnitudes to electrons: the zero point that makes the instrument's published limit true.

Given is 18.5 mag at 5 sigma in 0.5 s. With the sky and the PSF below (ours), optimal photometry spreads a
star's noise over the noise-equivalent number of pixels n of its PSF (King 1983, PASP 95, 163), so

    signal = 5 sqrt(signal + n (sky + dark + read noise ^ 2)),    sky proportional to signal,

a quadratic equation for the electrons of that star, hence for the electrons of any star.
"""

import math
from functools import cache
from typing import Final

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.camera.frame_geometry import DARK_E_PER_SECOND, PIXEL_SCALE_ARCSEC, READ_NOISE_E

LIMITING_MAGNITUDE: Final = 18.5
LIMIT_SIGMA: Final = 5.0
LIMIT_EXPOSURE_SECONDS: Final = 0.5
SEEING_FWHM_ARCSEC: Final = 3.5
DARK_SKY_MAG_ARCSEC2: Final = 20.5


@cache
def zero_point_mag() -> float:
    """Magnitude of a star that gives one electron a second at the centre of the field under a clear sky."""
    pixels = MoffatPsf.of_fwhm_arcsec(SEEING_FWHM_ARCSEC).noise_equivalent_pixels
    sky_to_star = 10 ** (-0.4 * (DARK_SKY_MAG_ARCSEC2 - LIMITING_MAGNITUDE)) * PIXEL_SCALE_ARCSEC**2
    fixed_variance = DARK_E_PER_SECOND * LIMIT_EXPOSURE_SECONDS + READ_NOISE_E**2
    linear = LIMIT_SIGMA**2 * (1 + pixels * sky_to_star)
    constant = LIMIT_SIGMA**2 * pixels * fixed_variance
    signal_e = (linear + math.sqrt(linear**2 + 4 * constant)) / 2
    return LIMITING_MAGNITUDE + 2.5 * math.log10(signal_e / LIMIT_EXPOSURE_SECONDS)


def electrons_per_second(magnitude: float) -> float:
    """Electrons a second of a star under a clear sky, unvignetted."""
    return float(10 ** (-0.4 * (magnitude - zero_point_mag())))


def sky_electrons_per_second(sky_mag_arcsec2: float) -> float:
    """Electrons a second in a pixel of a sky of given surface brightness; 0 for an infinite magnitude."""
    return electrons_per_second(sky_mag_arcsec2) * PIXEL_SCALE_ARCSEC**2

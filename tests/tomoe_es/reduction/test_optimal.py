"""Optimal photometry: what it says of its errors, and of the star that it can just see."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile, optimal_flux

SHAPE, MIDDLE = (81, 81), 40.3
GAIN = 0.23


@pytest.mark.parametrize("fwhm_pixels", [2.0, 3.0, 5.0])
@pytest.mark.parametrize("noise_counts", [3.0, 29.0, 200.0])
@pytest.mark.parametrize("signal_to_noise", [5.0, 20.0])
def test_the_star_at_a_limit_is_the_one_whose_error_is_that_part_of_it(
    fwhm_pixels: float, noise_counts: float, signal_to_noise: float
) -> None:
    profile = Profile.of_fwhm(fwhm_pixels)
    flux = profile.flux_at(signal_to_noise, noise_counts**2, GAIN)
    rows, columns = np.indices(SHAPE)
    squared = (columns - MIDDLE) ** 2 + (rows - MIDDLE) ** 2
    light = (flux * profile.peak * (1 + squared / profile.alpha**2) ** -MOFFAT_BETA).astype(np.float32)
    [measured], [error] = optimal_flux(
        light,
        np.zeros(SHAPE, np.bool_),
        np.array([[MIDDLE, MIDDLE]]),
        np.array([flux]),
        profile,
        fwhm_pixels,
        noise_counts**2,
        GAIN,
    )
    assert measured == pytest.approx(flux, rel=0.01)
    assert measured / error == pytest.approx(signal_to_noise, rel=0.01)


def test_where_there_is_no_other_noise_a_star_has_that_of_its_own_light() -> None:
    assert Profile.of_fwhm(3.0).flux_at(5.0, 0.0, GAIN) == pytest.approx(25 / GAIN, rel=0.05)


def test_kings_noise_is_less_than_any_measurement_has() -> None:
    profile, variance, flux = Profile.of_fwhm(2.944), 29.2**2, 802.0
    king = math.sqrt(flux / GAIN + profile.noise_equivalent_pixels * variance)
    assert flux / king == pytest.approx(5.0, abs=0.02)
    assert 1.03 < profile.flux_at(5.0, variance, GAIN) / flux < 1.05

"""How well a moving object stands out in one frame."""

from __future__ import annotations

import pytest

from adapters.simulator.sky.photometry import (
    DARK_SKY_MAG_ARCSEC2,
    LIMIT_EXPOSURE_SECONDS,
    LIMIT_SIGMA,
    LIMITING_MAGNITUDE,
    SEEING_FWHM_ARCSEC,
    electrons_per_second,
)
from adapters.simulator.sky.psf import MoffatPsf
from adapters.simulator.sky.streaks import concentration, peak_electrons, signal_to_noise

NIGHT = (SEEING_FWHM_ARCSEC, DARK_SKY_MAG_ARCSEC2, LIMIT_EXPOSURE_SECONDS)


def test_a_star_of_the_limiting_magnitude_is_at_5_sigma() -> None:
    assert signal_to_noise(LIMITING_MAGNITUDE, 0.0, *NIGHT) == pytest.approx(LIMIT_SIGMA)


def test_10_sigma_take_at_most_0_75_mag_more() -> None:
    for streak in (0.0, 1.0, 10.0):
        faintest = next(
            magnitude / 1000
            for magnitude in range(19_000, 14_000, -1)
            if signal_to_noise(magnitude / 1000, streak, *NIGHT) >= LIMIT_SIGMA
        )
        assert 9.0 < signal_to_noise(faintest - 0.75, streak, *NIGHT) < 10.0


def test_the_longer_a_streak_the_less_it_stands_out() -> None:
    signals = [signal_to_noise(16.0, streak, *NIGHT) for streak in (0.0, 1.0, 5.0, 40.0)]
    assert signals == sorted(signals, reverse=True)
    assert concentration(0.0, 3.5) == 1.0
    assert concentration(40.0, 3.5) == pytest.approx(2 * 3.14159**0.5 * 1.25 / 40, rel=0.1)


def test_the_peak_of_what_hardly_moves_is_that_of_a_star() -> None:
    psf = MoffatPsf.of_fwhm_arcsec(3.5)
    assert peak_electrons(13.0, 0.0, 3.5, 0.5) == pytest.approx(electrons_per_second(13.0) * 0.5 * psf.peak)
    assert peak_electrons(13.0, 10.0, 3.5, 0.5) < 0.5 * peak_electrons(13.0, 0.0, 3.5, 0.5)

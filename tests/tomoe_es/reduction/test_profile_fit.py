"""The width of a chip's stars, fitted to their pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile
from tomoe_es.reduction.profile_fit import fitted_profile

SHAPE = (120, 160)
TRUE = Profile.of_fwhm(3.1)
STARS = np.array([[30.3, 40.6], [80.0, 20.0], [120.8, 90.2]])
NOISE, GAIN = 2.0, 4.0


def sky_with(stars: NDArray[np.float64], flux: float = 20_000.0) -> NDArray[np.float32]:
    """Light of stars of the true profile, with the noise of the sky."""
    y, x = np.indices(SHAPE)
    light = np.random.default_rng(1).normal(0, NOISE, SHAPE)
    for x_star, y_star in stars:
        squared = ((x - x_star) ** 2 + (y - y_star) ** 2) / TRUE.alpha**2
        light += flux * (MOFFAT_BETA - 1) / (np.pi * TRUE.alpha**2) * (1 + squared) ** -MOFFAT_BETA
    return light.astype(np.float32)


def fitted(
    light: NDArray[np.float32],
    stars: NDArray[np.float64] = STARS,
    about: float = 3.1,
    bad: NDArray[np.bool_] | None = None,
) -> float:
    without = np.zeros(SHAPE, np.bool_)
    return fitted_profile(light, without if bad is None else bad, stars, about, NOISE**2, GAIN).fwhm_pixels


@pytest.mark.parametrize("about", [2.6, 3.1, 3.7])
def test_it_is_the_true_one_wherever_it_begins(about: float) -> None:
    assert fitted(sky_with(STARS), about=about) == pytest.approx(3.1, rel=0.005)


def test_one_star_is_enough_also_beside_bad_pixels() -> None:
    bad = np.zeros(SHAPE, np.bool_)
    bad[:, 32] = True
    light = sky_with(STARS[:1])
    light[bad] = 0
    assert fitted(light, STARS[:1], bad=bad) == pytest.approx(3.1, rel=0.02)


def test_a_star_that_is_two_does_not_change_it() -> None:
    double = np.vstack([STARS, STARS[:1] + np.array([3.0, 0.0])])
    assert fitted(sky_with(double)) == pytest.approx(3.1, rel=0.01)


@pytest.mark.parametrize(
    "stars",
    [np.zeros((0, 2)), np.array([[-40.0, -40.0]]), np.array([[60.0, 60.0]])],
    ids=["none", "off", "dark"],
)
def test_where_no_star_can_be_fitted_it_is_what_it_was_thought_to_be(stars: NDArray[np.float64]) -> None:
    dark = np.full(SHAPE, -1.0, np.float32)
    assert fitted(dark, stars, about=2.9) == pytest.approx(2.9)

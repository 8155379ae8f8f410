"""Around a star whose core is full over many pixels no false source goes unflagged; others flag nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.reduction.mask import SATURATED
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.star_halo import HALO

SHAPE, NOISE, SKY, FULL, GAIN = (700, 900), 8.0, 180.0, 28_000.0, 34.0
STARS = np.random.default_rng(2).uniform(20, 680, (60, 2))


def stack_with(light: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """A stack of stars and another light, with the noise of all of it, and its mask."""
    random = np.random.default_rng(1)
    image = light.astype(np.float32)
    MoffatPsf.of_fwhm_arcsec(3.5).add_stars(image, STARS[:, 0] + 200, STARS[:, 1], np.full(60, 20_000.0))
    mask = np.where(image > FULL, np.uint8(SATURATED), np.uint8(0))
    noise = np.sqrt(NOISE**2 + image / GAIN).astype(np.float32)
    image += SKY + noise * random.standard_normal(SHAPE, dtype=np.float32)
    return np.minimum(image, np.float32(FULL + SKY)), mask


def star(core_pixels: float, peak: float) -> NDArray[np.float64]:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return peak * (1 + ((y - 350) ** 2 + (x - 300) ** 2) / core_pixels**2) ** -3.0


@pytest.mark.parametrize("core_pixels", [20.0, 40.0, 60.0])
def test_what_is_false_about_a_huge_star_is_flagged(core_pixels: float) -> None:
    image, mask = stack_with(star(core_pixels, 50_000.0))
    found = measure(image, mask, GAIN).sources
    x, y = STARS.T + np.array([[200], [0]])
    near = np.array([np.hypot(x - each["x"], y - each["y"]).min() for each in found])
    from_core = np.hypot(found["x"] - 300, found["y"] - 350)
    own = int(from_core.argmin())
    assert from_core[own] < 1
    assert not found["flags"][own] & HALO, "it may be one of few stars of the catalogue"
    assert np.delete(found["flags"], own)[np.delete(near, own) > 2].all()
    assert (found["flags"] & HALO != 0).sum() < len(found)
    assert {*measure(image, mask, GAIN).whole["flags"]} <= {0, 1}


def test_a_bright_star_flags_nothing_about_it() -> None:
    light = np.zeros(SHAPE, np.float32)
    MoffatPsf.of_fwhm_arcsec(3.5).add_stars(light, np.array([300.0]), np.array([350.0]), np.array([5e6]))
    image, mask = stack_with(light.astype(np.float64))
    assert np.count_nonzero(mask) > 20
    assert not (measure(image, mask, GAIN).sources["flags"] & HALO).any()

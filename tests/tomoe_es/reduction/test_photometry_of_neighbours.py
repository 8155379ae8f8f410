"""Stars beside brighter ones, and stars of the Milky Way: each measured as itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.reduction.mask import SATURATED
from tomoe_es.reduction.photometry import Photometry, measure

SHAPE, SKY_COUNTS, NOISE_COUNTS, GAIN = (600, 800), 180.0, 7.0, 0.23 * 17
FULL_COUNTS = 27_000.0
SEEING_ARCSEC = 3.5


def measured(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    counts: NDArray[np.float64],
    seeing_arcsec: float = SEEING_ARCSEC,
) -> Photometry:
    """Stars with their photon noise, cut off where a pixel is full."""
    light = np.zeros(SHAPE, np.float32)
    MoffatPsf.of_fwhm_arcsec(seeing_arcsec).add_stars(light, xs, ys, counts)
    sigma = np.sqrt(NOISE_COUNTS**2 + light / np.float32(GAIN))
    image = SKY_COUNTS + light + sigma * np.random.default_rng(1).standard_normal(SHAPE, dtype=np.float32)
    mask = np.where(image >= FULL_COUNTS, np.uint8(SATURATED), np.uint8(0))
    return measure(np.minimum(image, np.float32(FULL_COUNTS)).astype(np.float32), mask, GAIN)


@pytest.mark.parametrize("apart", [8.0, 11.0, 14.0])
def test_a_star_beside_a_saturated_one_does_not_become_it(apart: float) -> None:
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    middles = np.array([[x, y] for y in (150.0, 450.0) for x in (100.0, 300.0, 500.0, 700.0)])
    beside = middles + apart * np.column_stack([np.cos(angles), np.sin(angles)])
    xs, ys = np.concatenate([middles, beside]).T
    sources = measured(xs, ys, np.array([2e6] * 8 + [4e4] * 8)).sources
    places = np.column_stack([sources["x"], sources["y"]])
    assert cKDTree(places).query_pairs(1.5) == set(), "one star is one source"
    distance, nearest = cKDTree(places).query(middles)
    assert (distance < 1).all()
    assert sources["saturated"][nearest].all()


def test_a_faint_star_some_way_off_a_bright_one_is_no_part_of_it() -> None:
    angles = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    middles = np.array([[x, y] for y in (150.0, 450.0) for x in (100.0, 300.0, 500.0, 700.0)])
    around = 17 * np.column_stack([np.cos(angles), np.sin(angles)])
    faint = (middles[:, None] + around[None]).reshape(-1, 2)
    xs, ys = np.concatenate([middles, faint]).T
    sources = measured(xs, ys, np.array([1e6] * len(middles) + [800.0] * len(faint))).sources
    distance, _ = cKDTree(np.column_stack([sources["x"], sources["y"]])).query(faint)
    assert np.count_nonzero(distance < 1.5) > 0.9 * len(faint)


def test_the_width_of_stars_is_right_in_the_milky_way() -> None:
    random = np.random.default_rng(2)
    count = 8000
    xs, ys = random.uniform(0, SHAPE[1], count), random.uniform(0, SHAPE[0], count)
    photometry = measured(xs, ys, 200 * (1 - random.random(count)) ** -1.2)
    assert photometry.fwhm_arcsec == pytest.approx(SEEING_ARCSEC, rel=0.12)
    assert photometry.ellipticity is not None
    assert photometry.ellipticity < 0.12


@pytest.mark.parametrize("seeing_arcsec", [3.0, 4.2])
def test_faint_and_bright_stars_are_on_one_scale(seeing_arcsec: float) -> None:
    ys, xs = np.mgrid[30:580:30, 30:780:30].astype(np.float64)
    off = np.random.default_rng(3).uniform(-0.5, 0.5, (2, xs.size))
    counts = np.where(np.arange(xs.size) % 2, 40_000.0, 2_000.0)
    photometry = measured(xs.ravel() + off[0], ys.ravel() + off[1], counts, seeing_arcsec)
    assert photometry.fwhm_arcsec == pytest.approx(seeing_arcsec, rel=0.004)
    flux = photometry.sources["optimal_flux"]
    bright, faint = np.median(flux[flux > 10_000]) / 40_000, np.median(flux[flux < 10_000]) / 2_000
    assert faint / bright == pytest.approx(1, abs=0.006)

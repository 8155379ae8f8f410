"""Stars are measured where they are, and as bright as they are."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.simulator.sky.psf import MoffatPsf
from tests.tomoe_es.reduction.known_frames import NO_MASK
from tests.tomoe_es.reduction.known_stars import STARS, with_stars
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.reduction.mask import HOT, SATURATED
from tomoe_es.reduction.photometry import Photometry, measure


@pytest.fixture(scope="module")
def measured() -> Photometry:
    return measure(with_stars(STARS), NO_MASK, 4.0)


def test_stars_are_measured_where_they_are_and_as_bright_as_they_are(measured: Photometry) -> None:
    assert len(measured.sources) == 3
    for source, (x, y, flux) in zip(measured.sources, STARS, strict=True):
        assert (source["x"], source["y"]) == pytest.approx((x, y), abs=0.05)
        assert source["flux"] == pytest.approx(0.989 * flux, rel=0.03)
        assert source["optimal_flux"] == pytest.approx(0.989 * flux, rel=0.02)
        assert source["optimal_error"] < source["flux_error"]
        assert source["ellipticity"] < 0.05
    assert measured.sky_counts == pytest.approx(200, abs=0.5)
    assert measured.noise_counts == pytest.approx(5, rel=0.05)


def test_a_hot_pixel_under_a_star_does_not_count_for_optimal_photometry() -> None:
    image, mask = with_stars(STARS), NO_MASK.copy()
    image[501, 1001], mask[501, 1001] = 30000, HOT
    faintest = measure(image, mask, 4.0).sources[-1]
    assert faintest["optimal_flux"] == pytest.approx(0.989 * 8000, rel=0.03)


def test_a_star_with_a_full_pixel_is_saturated() -> None:
    mask = NO_MASK.copy()
    mask[300, 400] = SATURATED
    assert measure(with_stars(STARS), mask, 4.0).sources["saturated"].tolist() == [True, False, False]


def test_a_star_cut_by_the_edge_and_a_bright_line_tell_no_place() -> None:
    image = with_stars(STARS)
    image[:3, 700:706] += 1000
    image[900:920, 300] += 1000
    measured = measure(image, NO_MASK, 4.0)
    assert len(measured.sources) == 5
    assert sorted(measured.xy[:, 0]) == pytest.approx([400.3, 1000, 1500.5], abs=0.05)


@pytest.mark.parametrize("neighbour", [1500.0, 1e5])
def test_the_centroid_of_a_full_stars_neighbour_stays_its_own(neighbour: float) -> None:
    light = np.zeros(IMAGING_SHAPE, np.float32)
    stars = MoffatPsf.of_fwhm_arcsec(3.5)
    stars.add_stars(light, np.array([1000.0, 1020.0]), np.array([500.0, 500.0]), np.array([3e6, neighbour]))
    image = np.minimum(with_stars([], sigma=3.0) + light, np.float32(28000))
    full = np.where(image > 27500, np.uint8(SATURATED), np.uint8(0))
    sources = measure(image, full, 4.0).sources
    assert sources["x"] == pytest.approx([1000, 1020], abs=0.1)
    assert sources["saturated"].tolist() == [True, False]


@pytest.mark.parametrize("level", [0.0, 27000.0])
def test_an_image_without_contrast_has_no_sources(level: float) -> None:
    nothing = measure(np.full(IMAGING_SHAPE, level, np.float32), NO_MASK, 4.0)
    assert len(nothing.sources) == 0
    assert nothing.fwhm_arcsec is None

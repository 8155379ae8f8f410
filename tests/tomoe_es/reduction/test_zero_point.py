"""The zero point is that of good catalogue stars, with its error."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.simulator.sky.psf import MoffatPsf
from tests.tomoe_es.reduction.known_frames import NO_MASK
from tests.tomoe_es.reduction.known_stars import STARS, with_stars
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.reduction.mask import SATURATED
from tomoe_es.reduction.photometry import Photometry, measure
from tomoe_es.reduction.zero_point import zero_point


@pytest.fixture(scope="module")
def measured() -> Photometry:
    return measure(with_stars(STARS), NO_MASK, 4.0)


def test_the_zero_point_is_that_of_good_catalogue_stars(measured: Photometry) -> None:
    sources = measured.sources.copy()
    true = 25.0 - 2.5 * np.log10(sources["flux"])
    zero = zero_point(sources, true + np.array([0.01, -0.01, 0.0]))
    assert zero is not None
    assert (zero.magnitude, zero.scatter_mag, zero.stars) == (
        pytest.approx(25.0, abs=0.001),
        pytest.approx(0.01, abs=0.001),
        3,
    )
    np.testing.assert_allclose(zero.magnitudes(sources["flux"]), true, atol=0.001)
    assert np.isnan(zero.magnitudes(np.array([-5.0]))).all()
    sources["flags"][0] = 1
    two = zero_point(sources, true)
    assert two is not None
    assert (two.stars, two.scatter_mag) == (2, None)
    assert zero_point(sources, np.where(sources["flags"] > 0, true, np.nan)) is None


def test_full_stars_tell_the_zero_point_by_their_wings_where_others_are_too_few() -> None:
    light = np.zeros(IMAGING_SHAPE, np.float32)
    true = np.array([2e6, 1e6, 6e5, 5e4])
    x, y = np.array([400.3, 800.0, 1200.6, 1600.2]), np.array([300.0, 600.4, 300.7, 600.1])
    MoffatPsf.of_fwhm_arcsec(3.5).add_stars(light, x, y, true)
    image = np.minimum(with_stars([], sigma=3.0) + light, np.float32(28000))
    full = np.where(image > 27500, np.uint8(SATURATED), np.uint8(0))
    sources = measure(image, full, 4.0).sources
    assert sources["saturated"].tolist() == [True, True, True, False]
    zero = zero_point(sources, 25.0 - 2.5 * np.log10(true))
    assert zero is not None
    assert zero.stars == 4
    assert zero.scatter_mag == pytest.approx(0, abs=0.01)


def test_of_two_stars_the_one_with_a_companion_does_not_count(measured: Photometry) -> None:
    true = 25.0 - 2.5 * np.log10(measured.sources["flux"])
    for brightened in (0, 1):
        off = np.array([0.0, 0.0, np.nan])
        off[brightened] = 0.3
        zero = zero_point(measured.sources, true + off)
        assert zero is not None
        assert zero.magnitude == pytest.approx(25.0, abs=0.001)


def test_one_star_gives_a_zero_point_without_scatter_and_with_a_large_error(measured: Photometry) -> None:
    zero = zero_point(measured.sources, np.array([np.nan, 14.0, np.nan]))
    assert zero is not None
    assert (zero.stars, zero.scatter_mag, zero.error_mag) == (1, None, 0.35)

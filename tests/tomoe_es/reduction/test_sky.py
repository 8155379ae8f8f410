"""The sky of a stack beside what sep finds, which it follows, and beside the truth."""

from __future__ import annotations

import numpy as np
import pytest
import sep
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.reduction.sky import without_sky
from tomoe_es.reduction.sky_surface import BOX_PIXELS

NOISE, STARS = 5.0, 1500
ROWS, COLUMNS = np.mgrid[: IMAGING_SHAPE[0], : IMAGING_SHAPE[1]].astype(np.float32)
SKY = 200 + np.float32(0.01) * COLUMNS + 20 * np.sin(ROWS / 300)

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def image() -> Floats:
    """An uneven sky with stars."""
    random = np.random.default_rng(1)
    made = SKY + random.normal(0, NOISE, IMAGING_SHAPE).astype(np.float32)
    reach = np.arange(-9, 10)
    for column, row in random.integers(10, np.array(IMAGING_SHAPE[::-1]) - 10, (STARS, 2)):
        star = 10 ** random.uniform(2, 4) / 8 * np.exp(-(reach[:, None] ** 2 + reach**2) / 3)
        made[row - 9 : row + 10, column - 9 : column + 10] += star.astype(np.float32)
    return made


def test_it_is_as_near_the_truth_as_half_of_the_pixels_allow(image: Floats) -> None:
    nowhere = np.zeros(IMAGING_SHAPE, np.bool_)
    theirs = sep.Background(image, bw=BOX_PIXELS, bh=BOX_PIXELS)
    error = np.std(theirs.back() - SKY)

    light, level, noise = without_sky(image, nowhere)

    assert np.std(image - light - SKY) < 1.5 * error
    assert level == pytest.approx(theirs.globalback, abs=0.02 * NOISE)
    assert noise == pytest.approx(theirs.globalrms, rel=0.01)


def test_bad_pixels_are_nothing_and_do_not_count(image: Floats) -> None:
    bad = np.random.default_rng(2).random(IMAGING_SHAPE) < 0.02
    bad[300:460, 500:760] = True
    spoilt = np.where(bad, np.float32(60000), image)

    light, level, noise = without_sky(spoilt, bad)

    clean, clean_level, clean_noise = without_sky(image, np.zeros(IMAGING_SHAPE, np.bool_))
    assert not light[bad].any()
    assert level == pytest.approx(clean_level, abs=0.02 * NOISE)
    assert noise == pytest.approx(clean_noise, rel=0.01)
    assert np.std((light - clean)[~bad]) < 0.02 * NOISE


def test_an_image_without_contrast_has_no_noise() -> None:
    flat = np.full(IMAGING_SHAPE, 7, np.float32)
    light, level, noise = without_sky(flat, np.zeros(IMAGING_SHAPE, np.bool_))
    assert (level, noise) == (7.0, 0.0)
    assert not light.any()


def test_of_an_image_that_is_all_bad_nothing_is_left() -> None:
    light, level, noise = without_sky(np.ones(IMAGING_SHAPE, np.float32), np.ones(IMAGING_SHAPE, np.bool_))
    assert (level, noise) == (0.0, 0.0)
    assert not light.any()

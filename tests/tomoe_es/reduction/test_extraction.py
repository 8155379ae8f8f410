"""Sources are found on mosaics of the bright regions: the same as sep finds on the whole image."""

from __future__ import annotations

import numpy as np
import pytest
import sep
from numpy.lib.recfunctions import structured_to_unstructured
from numpy.typing import NDArray
from scipy.ndimage import label, sum_labels

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.reduction.bright_regions import mosaic_of, regions_over
from tomoe_es.reduction.extraction import MOST_PEAKS, extracted
from tomoe_es.reduction.single_sources import DETECTION_TYPE, TRUNCATED

SHAPE = (400, 600)
EVERYWHERE = np.ones((3, 3))
Floats = NDArray[np.float32]


def of_whole_image(light: Floats) -> NDArray[np.void]:
    found: NDArray[np.void] = sep.extract(
        light, 5.0, err=1.0, minarea=5, filter_kernel=None, deblend_cont=0.005, clean=False
    )
    return found


def in_order(found: NDArray[np.void]) -> NDArray[np.float64]:
    table = structured_to_unstructured(found[[name for name in DETECTION_TYPE.names or () if name != "flag"]])
    return np.asarray(table[np.lexsort((found["xpeak"], found["ypeak"]))], np.float64)


def sky_with_stars(count: int, seeing_arcsec: float = 3.5, seed: int = 1) -> Floats:
    """Stars, some of them at the edges and of the same place, on noise of 1."""
    random = np.random.default_rng(seed)
    light = random.standard_normal(SHAPE, dtype=np.float32)
    xs, ys = random.uniform(0, SHAPE[1], count), random.uniform(0, SHAPE[0], count)
    counts = 100 * (1 - random.random(count)) ** -1.0
    MoffatPsf.of_fwhm_arcsec(seeing_arcsec).add_stars(light, xs, ys, counts)
    return light


@pytest.mark.parametrize("stars", [0, 1, 100, 1500, 6000])
def test_the_sources_are_those_of_the_whole_image(stars: int) -> None:
    light = sky_with_stars(stars)
    found, expected = extracted(light, 1.0), of_whole_image(light)
    assert in_order(found) == pytest.approx(in_order(expected), rel=2e-6, abs=2e-6)
    assert found["flag"].sum() == pytest.approx(expected["flag"].sum(), abs=2 * TRUNCATED)


def test_a_source_at_an_edge_is_cut_and_no_other() -> None:
    light = np.zeros(SHAPE, np.float32)
    for row, column in ((0, 100), (SHAPE[0] - 2, 200), (300, 0), (50, SHAPE[1] - 3), (200, 300), (1, 400)):
        light[row : row + 2, column : column + 3] = ((20, 30, 20), (20, 21, 20))
    found = extracted(light, 1.0)
    cut = {int(x) for x in found["xpeak"][found["flag"] & TRUNCATED != 0]}
    assert cut == {101, 201, 1, SHAPE[1] - 2}
    assert len(found) == 6


def test_lines_whose_boxes_overlap_are_found_on_the_whole_image() -> None:
    light = np.zeros(SHAPE, np.float32)
    steps = np.arange(350)
    for column in range(0, 240, 4):
        light[steps, steps + column] = 10 + column
    regions = regions_over(light, np.float32(5))
    assert mosaic_of(light, regions, regions.sizes > 0) is None
    assert in_order(extracted(light, 1.0)) == pytest.approx(in_order(of_whole_image(light)))


def test_an_image_that_is_bright_everywhere_is_one_source() -> None:
    light = np.full(SHAPE, 9, np.float32)
    assert len(extracted(light, 1.0)) == 1


def many_stars_on_one_bright_region(side: int) -> Floats:
    """Crosses of five pixels, so that sep takes each for a part."""
    light = np.zeros((4 * side + 8, 4 * side + 8), np.float32)
    light[2:-2, 2:-2] = 20
    random = np.random.default_rng(1)
    for down, right, part in ((0, 0, 1.0), (0, 1, 0.8), (1, 0, 0.8), (0, -1, 0.8), (-1, 0, 0.8)):
        counts = 20 + (100 + 20 * random.random((side, side), np.float32)) * np.float32(part)
        light[4 + down : 4 + down + 4 * side : 4, 4 + right : 4 + right + 4 * side : 4] = counts
    return light


def test_a_region_may_have_more_parts_than_sep_has_room_for() -> None:
    light, limit = many_stars_on_one_bright_region(40), sep.get_sub_object_limit()
    with pytest.raises(Exception, match="limit of sub-objects"):
        of_whole_image(light)
    assert len(extracted(light, 1.0)) == 1
    assert sep.get_sub_object_limit() == limit


def test_a_region_of_too_many_peaks_is_one_source() -> None:
    light = many_stars_on_one_bright_region(80)
    assert regions_over(light, np.float32(5)).peaks.max() > MOST_PEAKS
    found = extracted(light, 1.0)
    assert len(found) == 1
    assert (found["x"][0], found["y"][0]) == pytest.approx((163, 163), abs=2)


@pytest.mark.parametrize("threshold", [0.5, 1.0, 2.0, 6.0])
def test_regions_are_those_that_touch(threshold: float) -> None:
    light = sky_with_stars(50, seed=2)
    regions = regions_over(light, np.float32(threshold))
    labels, count = label(light > threshold, EVERYWHERE)
    assert len(regions.sizes) == count
    assert sorted(regions.sizes) == sorted(sum_labels(light > threshold, labels, range(1, count + 1)))
    pairs = {*zip(labels.ravel()[regions.pixels].tolist(), regions.region.tolist(), strict=True)}
    assert len(pairs) == count


def test_a_mosaic_has_the_pixels_of_the_regions_and_no_others() -> None:
    light = sky_with_stars(300)
    regions = regions_over(light, np.float32(5))
    chosen = regions.sizes > 20
    mosaic = mosaic_of(light, regions, chosen)
    assert mosaic is not None
    assert sorted(mosaic.image[mosaic.image > 0]) == sorted(
        light.ravel()[regions.pixels[chosen[regions.region]]]
    )
    _, count = label(mosaic.image > 0, EVERYWHERE)
    assert count == chosen.sum()
    assert not mosaic.image[[0, -1]].any()
    assert not mosaic.image[:, [0, -1]].any()


def test_a_region_with_two_equal_pixels_at_its_top_has_two_peaks() -> None:
    light = np.zeros(SHAPE, np.float32)
    light[10:13, 10:14] = ((6, 7, 6, 5), (6, 9, 9, 6), (6, 7, 6, 6))
    light[20:23, 10:13] = ((6, 7, 6), (6, 9, 8), (6, 7, 6))
    assert regions_over(light, np.float32(4)).peaks.tolist() == [2, 1]

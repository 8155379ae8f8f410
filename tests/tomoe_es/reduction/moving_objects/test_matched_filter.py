"""The matched filter: what it is by definition, up to the edges, and in tiles with the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from tomoe_es.reduction.moving_objects.matched_filter import (
    BLOCK,
    RADIUS,
    SAMPLE,
    TILE,
    filter_images,
    filter_tile,
    gaussian,
    room_for_rows,
)

SHAPE = (66, 131)  # a multiple neither of tiles nor of blocks
LEVELS = np.array([0.5, -1.0, 2.0], np.float32)
LEAST = np.full(3, 2.0, np.float32)
PROFILE = gaussian(2.5)
RING = room_for_rows(3, SHAPE[1])

Floats = NDArray[np.float32]


@pytest.fixture
def planes() -> tuple[Floats, Floats, Floats]:
    """Three images, a reference, and one over the noise, which is 0 where no pixel is to be trusted."""
    random = np.random.default_rng(1)
    images = random.normal(100, 5, (3, *SHAPE)).astype(np.float32)
    reference = random.normal(100, 1, SHAPE).astype(np.float32)
    inverse_noise = np.full(SHAPE, 0.2, np.float32)
    inverse_noise[20:23, 40:90] = 0
    return images, reference, inverse_noise


def in_tiles(image: Floats, reference: Floats, inverse_noise: Floats, level: np.float32) -> Floats:
    filtered = np.full(SHAPE, np.nan, np.float32)
    for top in range(0, SHAPE[0], TILE[0]):
        for left in range(0, SHAPE[1], TILE[1]):
            filter_tile(image, reference, inverse_noise, level, PROFILE, top, left, filtered)
    return filtered


def test_a_tile_is_the_correlation_with_the_profile_and_0_at_the_edges(
    planes: tuple[Floats, Floats, Floats],
) -> None:
    images, reference, inverse_noise = planes
    compared = (images[1].astype(float) - reference - LEVELS[1]) * inverse_noise
    expected = correlate1d(correlate1d(compared, PROFILE, axis=0), PROFILE, axis=1)
    inside = (slice(RADIUS, -RADIUS), slice(RADIUS, -RADIUS))

    found = in_tiles(images[1], reference, inverse_noise, LEVELS[1])

    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)
    found[inside] = 0
    assert not found.any()


def test_peaks_samples_and_blocks_of_some_images_are_those_of_their_tiles(
    planes: tuple[Floats, Floats, Floats],
) -> None:
    images, reference, inverse_noise = planes
    samples = np.empty((3, *reference[SAMPLE].shape), np.float32)
    blocks = np.empty((3, SHAPE[0] // BLOCK, SHAPE[1] // BLOCK), np.float32)
    peaks, counts = np.empty((3, 2000, 3), np.float32), np.empty(3, np.int64)

    filter_images(*planes, LEVELS, PROFILE, LEAST, samples, blocks, peaks, counts, RING)

    for number, level in enumerate(LEVELS):
        filtered = in_tiles(images[number], reference, inverse_noise, level)
        places = np.argwhere(filtered > LEAST[number])
        assert 0 < len(places) == counts[number]
        found = peaks[number, : counts[number]]
        assert np.array_equal(found[:, :2], places)
        assert np.array_equal(found[:, 2], filtered[tuple(places.T)])
        assert np.array_equal(samples[number], filtered[SAMPLE])
        whole = filtered[: len(blocks[0]) * BLOCK, : blocks.shape[2] * BLOCK].astype(float)
        sums = whole.reshape(len(blocks[0]), BLOCK, blocks.shape[2], BLOCK).sum(axis=(1, 3))
        last = (SHAPE[0] - RADIUS) // BLOCK  # of blocks that have all their rows
        np.testing.assert_allclose(blocks[number, :last], sums[:last], atol=1e-4)
        assert not blocks[number, last:].any()


def test_the_mean_of_the_images_is_filtered_with_them(planes: tuple[Floats, Floats, Floats]) -> None:
    images, reference, inverse_noise = planes
    samples = np.empty((4, *reference[SAMPLE].shape), np.float32)
    blocks = np.empty((3, 0, 0), np.float32)
    peaks, counts = np.empty((4, 2000, 3), np.float32), np.empty(4, np.int64)
    least = np.array([2.0, 2.0, 2.0, 1.2], np.float32)

    filter_images(*planes, LEVELS, PROFILE, least, samples, blocks, peaks, counts, RING)

    filtered = in_tiles(images.mean(axis=0), reference, inverse_noise, LEVELS.mean())
    found = peaks[3, : counts[3]]
    places = tuple(found[:, :2].astype(int).T)
    assert counts[3] == np.count_nonzero(filtered > least[3]) > 0
    np.testing.assert_allclose(found[:, 2], filtered[places], atol=1e-4)
    np.testing.assert_allclose(samples[3], filtered[SAMPLE], atol=1e-4)


def test_of_too_many_peaks_the_first_ones_are_kept(planes: tuple[Floats, Floats, Floats]) -> None:
    nothing = np.empty((3, 0, 0), np.float32)
    samples = np.empty((3, *planes[1][SAMPLE].shape), np.float32)
    some, all_of_them = np.empty((3, 5, 3), np.float32), np.empty((3, 9000, 3), np.float32)
    counts = np.empty(3, np.int64)

    filter_images(
        *planes, LEVELS, PROFILE, np.zeros(3, np.float32), samples, nothing, all_of_them, counts, RING
    )
    filter_images(*planes, LEVELS, PROFILE, np.zeros(3, np.float32), samples, nothing, some, counts, RING)

    assert counts.tolist() == [5, 5, 5]
    assert np.array_equal(some, all_of_them[:, :5])

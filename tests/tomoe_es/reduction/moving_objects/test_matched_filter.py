"""The matched filter: what it is by definition, up to the edges, and in windows with the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibrated_frames import CalibratedFrames, Floats
from tomoe_es.reduction.moving_objects.comparison import Compared
from tomoe_es.reduction.moving_objects.filtered import BLOCK, SAMPLE, WINDOW, Told
from tomoe_es.reduction.moving_objects.matched_filter import (
    RADIUS,
    filter_images,
    filter_window,
    gaussian,
    room_for_rows,
)
from tomoe_es.transfer.stored_counts import as_stored

SHAPE = (66, 131)  # a multiple neither of windows nor of blocks
LEVELS = np.array([0.5, -1.0, 2.0], np.float32)
PROFILE = gaussian(2.5)
RING = room_for_rows(3, SHAPE[1])

NO_GROUPS, ONE_GROUP = np.zeros(1, np.int64), np.array([0, 3])


@pytest.fixture
def images() -> Floats:
    return np.random.default_rng(1).normal(100, 5, (3, *SHAPE)).astype(np.float32)


@pytest.fixture
def compared(images: Floats) -> Compared:
    """With a reference, and one over the noise, which is 0 where no pixel is to be trusted."""
    reference = np.random.default_rng(2).normal(100, 1, SHAPE).astype(np.float32)
    inverse_noise = np.full(SHAPE, 0.2, np.float32)
    inverse_noise[20:23, 40:90] = 0
    return Compared(CalibratedFrames.of_light(images), 0, LEVELS, reference, inverse_noise)


def in_windows(compared: Compared) -> Floats:
    filtered = np.full(SHAPE, np.nan, np.float32)
    for top in range(0, SHAPE[0], WINDOW[0]):
        for left in range(0, SHAPE[1], WINDOW[1]):
            filter_window(compared, PROFILE, top, left, filtered)
    return filtered


def told_of(
    compared: Compared,
    least: list[float],
    edges: NDArray[np.int64],
    peaks: int = 9000,
    windows: int = 99,
) -> Told:
    told = Told.room(3, len(edges) - 1, SHAPE, peaks, windows)
    filter_images(compared, PROFILE, np.array(least, np.float32), edges, told, RING)
    return told


def test_a_window_is_the_correlation_with_the_profile_and_0_at_the_edges(
    images: Floats, compared: Compared
) -> None:
    differs = (images[1].astype(float) - compared.reference - LEVELS[1]) * compared.inverse_noise
    expected = correlate1d(correlate1d(differs, PROFILE, axis=0), PROFILE, axis=1)
    inside = (slice(RADIUS, -RADIUS), slice(RADIUS, -RADIUS))

    found = in_windows(compared.only(1, 2))

    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)
    found[inside] = 0
    assert not found.any()


def test_raw_counts_are_calibrated_on_the_way() -> None:
    random = np.random.default_rng(3)
    stored = as_stored(random.integers(1000, 1200, (2, *ORIGINAL_SHAPE), np.uint16))
    dark, share = (random.uniform(0.9, 1.1, IMAGING_SHAPE).astype(np.float32) for _ in range(2))
    raw = CalibratedFrames(stored, np.array([1000, 990], np.float32), dark, share)
    plane, level = np.full(IMAGING_SHAPE, 100, np.float32), np.zeros(1, np.float32)
    light = CalibratedFrames.of_light(raw.frame(1)[None])
    edge = IMAGING_SHAPE[0] - WINDOW[0], IMAGING_SHAPE[1] - WINDOW[1]
    for top, left in ((0, 0), (400, 1000), edge):
        made = [np.zeros(IMAGING_SHAPE, np.float32) for _ in range(2)]
        filter_window(Compared(raw, 1, level, plane, plane), PROFILE, top, left, made[0])
        filter_window(Compared(light, 0, level, plane, plane), PROFILE, top, left, made[1])
        np.testing.assert_allclose(*made, rtol=1e-5, atol=0.05)
        assert made[0].any() == (top > 0 and top < edge[0])


def test_what_is_told_of_some_images_is_that_of_their_windows(compared: Compared) -> None:
    told = told_of(compared, [2.0, 2.0, 2.0], NO_GROUPS)
    for number in range(3):
        filtered = in_windows(compared.only(number, number + 1))
        places = np.argwhere(filtered > 2)
        kept = told.of(number)
        assert 0 < len(places) == len(kept.peaks)
        assert np.array_equal(kept.peaks[:, :2], places)
        assert np.array_equal(kept.peaks[:, 2], filtered[tuple(places.T)])
        assert np.array_equal(told.samples[number], filtered[SAMPLE])
        blocks = told.blocks[number]
        whole = filtered[: len(blocks) * BLOCK, : blocks.shape[1] * BLOCK].astype(float)
        sums = whole.reshape(len(blocks), BLOCK, blocks.shape[1], BLOCK).sum(axis=(1, 3))
        last = (SHAPE[0] - RADIUS) // BLOCK  # of blocks that have all their rows
        np.testing.assert_allclose(blocks[:last], sums[:last], atol=1e-4)
        assert not blocks[last:].any()


def test_what_is_about_a_peak_is_kept(compared: Compared) -> None:
    told = told_of(compared, [2.0, 2.0, 2.0], NO_GROUPS)
    for number in range(3):
        filtered, kept = in_windows(compared.only(number, number + 1)), told.of(number)
        there = np.zeros(SHAPE, bool)
        for window, (row, column) in zip(kept.windows, kept.at, strict=True):
            top, left = row * WINDOW[0], column * WINDOW[1]
            area = slice(top, top + WINDOW[0]), slice(left, left + WINDOW[1])
            height, width = filtered[area].shape
            assert np.array_equal(window[:height, :width], filtered[area])
            there[area] = True
        assert len(kept.peaks) > 0
        for y, x in kept.peaks[:, :2].astype(int):
            last = min(y + BLOCK + 1, SHAPE[0] - RADIUS)  # beyond there is nothing
            assert there[max(y - BLOCK, 0) : last, max(x - BLOCK, 0) : x + BLOCK + 1].all()


def test_the_mean_of_the_images_is_filtered_with_them(images: Floats, compared: Compared) -> None:
    told = told_of(compared, [2.0, 2.0, 2.0, 1.2], ONE_GROUP)

    mean = CalibratedFrames.of_light(images.mean(axis=0)[None])
    filtered = in_windows(compared._replace(frames=mean, levels=LEVELS.mean()[None]))
    kept = told.of(3)
    assert len(kept.peaks) == np.count_nonzero(filtered > 1.2) > 0
    np.testing.assert_allclose(kept.peaks[:, 2], filtered[tuple(kept.peaks[:, :2].astype(int).T)], atol=1e-4)
    np.testing.assert_allclose(told.samples[3], filtered[SAMPLE], atol=1e-4)
    np.testing.assert_allclose(in_windows(compared), filtered, atol=1e-4)


def test_of_too_many_peaks_and_windows_the_first_ones_are_kept(compared: Compared) -> None:
    few = told_of(compared, [0.0, 0.0, 0.0], NO_GROUPS, peaks=5, windows=2)
    many = told_of(compared, [0.0, 0.0, 0.0], NO_GROUPS)

    assert few.counts.tolist() == [5, 5, 5]
    assert np.array_equal(few.peaks, many.peaks[:, :5])
    assert few.kept.tolist() == [2, 2, 2]
    assert np.array_equal(few.at, many.at[:, :2])

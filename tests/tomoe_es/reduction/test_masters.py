"""Bias levels, and master darks and flats, of frames whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tomoe_es.reduction.known_frames import GAIN, NO_DARK, frames_of, noisy
from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE
from tomoe_es.reduction.bad_columns import bad_columns
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.mask import BAD_COLUMN, HOT, INSENSITIVE
from tomoe_es.reduction.stored_cube import FramesInMemory
from tomoe_es.transfer.stored_counts import as_stored, read_only


def in_memory(frames: NDArray[np.uint16]) -> FramesInMemory:
    """Original frames, as a file has them."""
    return FramesInMemory(read_only(as_stored(frames)))


def test_bias_is_the_level_of_the_overscan_whatever_the_light() -> None:
    frames = np.concatenate([frames_of(5000.0, 1, bias=1003.0), frames_of(64535.0, 1, bias=1000.0)])
    assert bias_levels(as_stored(frames)).tolist() == [1003, 1000]


def test_a_dark_leaves_out_what_hits_a_pixel_once_and_measures_its_noise() -> None:
    frames = noisy(0, 8.3, 20)
    frames[3, 136, 282] = 60000
    frames[:, 500, 700] = 1000 + 4000
    dark, combined = master_dark(in_memory(frames), GAIN, 277.0)
    assert dark.image[100, 200] == pytest.approx(0, abs=8)
    assert combined.used[100, 200] <= 19
    assert combined.used.max() == 20
    assert np.median(dark.image) == pytest.approx(0, abs=0.1)
    assert np.median(dark.noise) == pytest.approx(8.3, rel=0.03)
    assert combined.rejected_fraction == pytest.approx(0.002, abs=0.001)
    assert np.argwhere(dark.mask & HOT).tolist() == [[464, 618]]
    assert (dark.frames, dark.temperature_k) == (20, 277.0)


def test_lines_of_a_dark_that_are_constant_or_repeated_are_lost() -> None:
    frames = noisy(0, 8.3, 8)
    rows = IMAGING_AREA[0]
    assert master_dark(in_memory(frames), GAIN)[1].lost_fraction == 0
    frames[5, rows.start + 24 : rows.start + 36] = 0
    frames[7, rows.start + 600 : rows.start + 612] = frames[2, rows.start + 600 : rows.start + 612]
    assert master_dark(in_memory(frames), GAIN)[1].lost_fraction == pytest.approx(2 / (8 * 94))


def test_too_few_frames_are_not_combined() -> None:
    with pytest.raises(TooFewFrames, match="at least 5 frames, the cube has 4"):
        master_dark(in_memory(frames_of(0.0, 4)), GAIN)


def test_a_column_that_is_off_or_noisy_is_bad_from_top_to_bottom() -> None:
    frames = noisy(100, 8, 6)
    column = IMAGING_AREA[1].start
    frames[:, :, column + 300] += 40
    frames[::2, :, column + 800] += 60
    dark, _ = master_dark(in_memory(frames), GAIN)
    assert np.flatnonzero((dark.mask & BAD_COLUMN).all(axis=0)).tolist() == [300, 800]
    assert not (dark.mask[:, :300] & BAD_COLUMN).any()


def test_a_column_of_many_bad_pixels_is_bad() -> None:
    plane = np.random.default_rng(7).normal(0, 1, (400, 300)).astype(np.float32)
    bad = np.zeros(plane.shape, bool)
    bad[:130, 17] = True
    assert np.flatnonzero(bad_columns(plane, bad)).tolist() == [17]


def test_a_flat_has_median_one_though_twilight_fades() -> None:
    sensitivity = np.ones(IMAGING_SHAPE)
    sensitivity[:, :500], sensitivity[7, 8] = 0.9, 0.0
    fading = np.concatenate([frames_of(level * sensitivity, 1) for level in (9000, 8000, 7000, 6000, 5000)])
    flat, _, levels = master_flat(in_memory(fading), NO_DARK, GAIN)
    assert np.median(flat.image) == pytest.approx(1, abs=1e-6)
    assert flat.image[500, 100] == pytest.approx(0.9, abs=1e-3)
    assert flat.mask[7, 8] & INSENSITIVE
    assert flat.image[7, 8] == 1
    np.testing.assert_allclose(levels, [9000, 8000, 7000, 6000, 5000])

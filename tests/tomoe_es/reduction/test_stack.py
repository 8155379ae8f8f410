"""The stack of frames whose answer is known, and what frames show of what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tomoe_es.reduction.known_frames import GAIN, NO_DARK, NO_FLAT, NO_MASK, ZEROS, frames_of, noisy
from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.clipping import trimmed_variance
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.mask import CLIPPED, SATURATED
from tomoe_es.reduction.stack import Stack, stack
from tomoe_es.transfer.stored_counts import as_counts, as_stored


def stacked(frames: NDArray[np.uint16], clip: bool = False) -> Stack:
    return stack(as_stored(frames), NO_DARK, NO_FLAT, GAIN, clip=clip)


def test_calibrated_frames_are_in_counts_of_light() -> None:
    dark = CalibrationFrame(np.full(IMAGING_SHAPE, 10, np.float32), ZEROS, NO_MASK, 5)
    flat = CalibrationFrame(np.full(IMAGING_SHAPE, 0.5, np.float32), ZEROS, NO_MASK, 5)
    made = stack(as_stored(frames_of(110.0, 3)), dark, flat, GAIN)
    assert (made.frames.nframe, made.frames.shape) == (3, IMAGING_SHAPE)
    for frame in made.frames.each():
        np.testing.assert_allclose(frame, 200.0)
    assert made.saturated_fraction == 0


def test_any_part_of_calibrated_frames_can_be_looked_at() -> None:
    stored = as_stored(noisy(300, 20, 4))
    dark = CalibrationFrame(np.arange(IMAGING_SHAPE[1], dtype=np.float32) + ZEROS, ZEROS, NO_MASK, 5)
    frames = stack(stored, dark, NO_FLAT, GAIN).frames
    levels = bias_levels(stored)[:, None, None]
    light = as_counts(stored)[:, *IMAGING_AREA].astype(np.float32) - levels - dark.image
    parts = (slice(None), slice(None)), (slice(10, 400, 7), slice(3, 1990, 5)), (slice(5, 5), slice(0, 3))
    for part in parts:
        np.testing.assert_allclose(frames.frame(2, part), light[2][part], atol=1e-3)
        np.testing.assert_allclose(
            frames.mean(1, 4, part), light[1:][(slice(None), *part)].mean(axis=0), atol=1e-3
        )


def test_too_few_frames_show_nothing_over_time() -> None:
    with pytest.raises(TooFewFrames, match="over time needs at least 7 frames, the cube has 6"):
        stack(as_stored(noisy(300, 20, 6)), NO_DARK, NO_FLAT, GAIN, over_time=True)


@pytest.mark.parametrize("clip", [False, True])
def test_what_frames_show_over_time_changes_nothing_else(clip: bool) -> None:
    stored = as_stored(noisy(300, 20, 7))
    asked_for = stack(stored, NO_DARK, NO_FLAT, GAIN, clip=clip, over_time=True)
    without = stack(stored, NO_DARK, NO_FLAT, GAIN, clip=clip)
    assert (asked_for.over_time is None, without.over_time) == (False, None)
    np.testing.assert_array_equal(asked_for.image, without.image)
    np.testing.assert_array_equal(asked_for.used, without.used)


def test_the_mean_is_that_of_numpy() -> None:
    frames = noisy(300, 20, 9)
    light = frames[1:, IMAGING_AREA[0], IMAGING_AREA[1]].astype(np.float64) - 1000
    made = stacked(frames)
    np.testing.assert_allclose(made.image, light.mean(axis=0), rtol=1e-5)
    assert made.noise_counts == pytest.approx(float(np.sqrt(light.var(axis=0, ddof=1).mean())), rel=0.01)


def test_full_pixels_are_saturated() -> None:
    light = np.full(IMAGING_SHAPE, 100.0)
    light[5, 6] = 6400 / GAIN
    made = stacked(frames_of(light, 3))
    assert np.argwhere(made.mask & SATURATED).tolist() == [[5, 6]]
    assert made.saturated_fraction == pytest.approx(1 / light.size)


def test_a_stack_is_the_mean_without_the_first_frame() -> None:
    frames = np.concatenate([frames_of(level, 1) for level in (999, 1, 2, 3, 4)])
    made = stacked(frames)
    np.testing.assert_allclose(made.image, 2.5)
    assert made.frames_used == 4
    assert np.unique(made.used).tolist() == [4]


@pytest.mark.parametrize("count", [4, 7, 18])
def test_the_noise_is_that_of_normal_deviates_however_few_frames_there_are(count: int) -> None:
    made = stacked(noisy(180, 29, count))
    assert made.noise_counts == pytest.approx(29, rel=0.01)
    assert made.worst_band_noise_counts == pytest.approx(29, rel=0.06)


@pytest.mark.parametrize("count", [7, 12, 18])
def test_clipping_takes_out_a_cosmic_ray_and_little_else(count: int) -> None:
    frames = noisy(180, 29, count)
    frames[count // 2, 136, 282 : 282 + 5] += 1500
    clean, made = stacked(frames), stacked(frames, clip=True)
    assert clean.image[100, 200:205].mean() > 180 + 0.8 * 1500 / (count - 1)
    assert made.image[100, 200:205].mean() == pytest.approx(180, abs=29)
    assert (made.mask[100, 200:205] & CLIPPED).all()
    assert (made.used[100, 200:205] <= count - 2).all()
    assert made.used.mean() / (count - 1) > 0.996
    assert made.image.mean() == pytest.approx(clean.image.mean(), abs=0.1)


def test_clipping_leaves_a_star_that_varies_as_it_is() -> None:
    frames = noisy(180, 29, 18)
    for number, frame in enumerate(frames):
        frame[136, 282] = 1000 + 10000 + 800 * (-1) ** number
    made = stacked(frames, clip=True)
    assert made.used[100, 200] == 17
    assert made.image[100, 200] == pytest.approx(stacked(frames).image[100, 200])


def test_clipping_a_few_frames_is_refused() -> None:
    with pytest.raises(TooFewFrames, match="a clipped stack needs at least 6 frames"):
        stacked(frames_of(1.0, 5), clip=True)


def test_lines_lost_in_one_frame_show_in_the_noise_of_their_band() -> None:
    frames = noisy(200, 10, 8)
    frames[4, 636:656] = 1000
    made = stacked(frames)
    assert made.noise_counts == pytest.approx(10, rel=0.02)
    assert made.worst_band_noise_counts > 40
    assert made.lost_fraction == pytest.approx(2 / (8 * 94))


def test_no_line_of_good_frames_is_lost() -> None:
    assert stacked(noisy(200, 10, 12)).lost_fraction == 0


def test_a_frame_that_repeats_an_earlier_one_is_lost() -> None:
    frames = noisy(200, 10, 8)
    frames[6] = frames[1]
    assert stacked(frames).lost_fraction == pytest.approx(1 / 8)


def test_two_frames_are_no_stack() -> None:
    with pytest.raises(TooFewFrames):
        stacked(frames_of(1.0, 2))


def test_the_variance_without_extremes_is_that_of_sorted_deviates() -> None:
    deviates = np.sort(np.random.default_rng(9).standard_normal((100_000, 12)), axis=1)[:, 1:-1]
    assert trimmed_variance(12) == pytest.approx(deviates.var(axis=1).mean(), rel=0.01)

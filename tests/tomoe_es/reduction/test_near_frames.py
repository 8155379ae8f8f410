"""Groups of near frames: which frames each has, and that the stack makes their means."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.near_frames import (
    GROUPS,
    group_edges,
    over_time,
    runs_of_frames,
    runs_of_groups,
)
from tomoe_es.reduction.stack import stack
from tomoe_es.transfer.stored_counts import as_stored


@pytest.mark.parametrize("frames", [7, 8, 9, 12, 18, 19, 360])
def test_each_frame_used_is_in_one_group_and_all_groups_are_alike(frames: int) -> None:
    edges = group_edges(1, frames)
    sizes = np.diff(edges)
    assert (len(sizes), edges[0], edges[-1]) == (GROUPS, 1, frames)
    assert sizes.min() >= 1
    assert np.ptp(sizes) <= 1


@pytest.mark.parametrize(("frames", "clip"), [(8, False), (8, True), (12, False)])
def test_the_stack_makes_what_the_frames_show_over_time(frames: int, clip: bool) -> None:
    counts = np.random.default_rng(1).integers(500, 2000, (frames, *ORIGINAL_SHAPE), np.uint16)
    plane, mask = np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, np.uint8)
    dark, flat = (CalibrationFrame(each, plane, mask, 10, None) for each in (plane, plane + 2))

    made = stack(as_stored(counts), dark, flat, 0.23, clip=clip, over_time=True)

    light = np.array([frame.copy() for frame in made.frames.each()])
    edges = group_edges(DROPPED_FRAMES, frames)
    groups = np.array([light[begin:end].mean(axis=0) for begin, end in pairwise(edges)])
    times = np.array([np.arange(begin, end).mean() for begin, end in pairwise(edges)])
    times -= times.mean()
    for planes in (made.over_time, over_time(made.frames, DROPPED_FRAMES)):
        assert planes is not None
        np.testing.assert_allclose(planes.steady, np.median(groups, axis=0), rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(planes.trend, np.tensordot(times, groups, axes=1), rtol=1e-5, atol=0.01)
        np.testing.assert_allclose(planes.mean, light[DROPPED_FRAMES:].mean(axis=0), rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize(
    ("frames", "most", "sizes"), [(18, 7, [7, 5, 6]), (18, 4, [4, 3, 3, 2, 3, 3]), (8, 7, [7, 1])]
)
def test_frames_are_looked_at_in_runs_of_whole_groups(frames: int, most: int, sizes: list[int]) -> None:
    edges = group_edges(DROPPED_FRAMES, frames)
    runs = runs_of_groups(edges, most)
    assert [len(run.frames) for run in runs] == sizes
    assert [number for run in runs for number in run.frames] == list(range(frames))
    assert [group for run in runs for group in run.groups] == list(range(GROUPS))
    found = [run.frames.start + edge for run in runs for edge in run.edges[:-1]]
    assert found == edges[:-1].tolist()


def test_groups_that_are_too_large_make_no_runs() -> None:
    assert runs_of_groups(group_edges(DROPPED_FRAMES, 360), 7) == []
    assert runs_of_groups(group_edges(DROPPED_FRAMES, 18), 3) == []
    assert [len(run.frames) for run in runs_of_frames(14, 6)] == [6, 6, 2]

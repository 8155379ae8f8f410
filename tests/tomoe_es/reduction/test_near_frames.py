"""Groups of near frames: which frames each has, and that the stack makes their means."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.near_frames import GROUPS, group_edges
from tomoe_es.reduction.stack import stack
from tomoe_es.transfer.cube_file import as_stored


@pytest.mark.parametrize("frames", [7, 8, 9, 12, 18, 19, 360])
def test_each_frame_used_is_in_one_group_and_all_groups_are_alike(frames: int) -> None:
    edges = group_edges(1, frames)
    sizes = np.diff(edges)
    assert (len(sizes), edges[0], edges[-1]) == (GROUPS, 1, frames)
    assert sizes.min() >= 1
    assert np.ptp(sizes) <= 1


@pytest.mark.parametrize("frames", [8, 12])
def test_the_stack_makes_their_means(frames: int) -> None:
    counts = np.random.default_rng(1).integers(500, 2000, (frames, *ORIGINAL_SHAPE), np.uint16)
    plane, mask = np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, np.uint8)
    dark, flat = (CalibrationFrame(each, plane, mask, 10, None) for each in (plane, plane + 1))
    calibrated = np.empty((frames, *IMAGING_SHAPE), np.float32)
    groups = np.empty((GROUPS, *IMAGING_SHAPE), np.float32)

    stack(as_stored(counts), dark, flat, 0.23, frames=calibrated, groups=groups)

    edges = group_edges(DROPPED_FRAMES, frames)
    for group, (begin, end) in enumerate(pairwise(edges)):
        np.testing.assert_allclose(groups[group], calibrated[begin:end].mean(axis=0), rtol=1e-6, atol=1e-3)

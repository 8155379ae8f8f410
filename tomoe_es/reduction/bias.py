"""Bias: the level of a frame without light, read from its overscan columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import LEFT_OVERSCAN, RAW_SHAPE, RIGHT_OVERSCAN
from tomoe_es.reduction.kernels import overscan_sums

OVERSCAN_PIXELS = RAW_SHAPE[0] * sum(area[1].stop - area[1].start for area in (LEFT_OVERSCAN, RIGHT_OVERSCAN))


def bias_levels(stored: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Mean of both overscans of each frame, shape (nframe,), in counts; `stored` as in `kernels`.

    One level a frame: its error, read noise / sqrt(175968), is 0.02 counts. The pattern of rows and columns
    under it doesn't change and goes with the dark.
    """
    sums = np.empty(len(stored), np.int64)
    overscan_sums(stored, sums)
    return (sums / OVERSCAN_PIXELS).astype(np.float32)

"""Bias: the level of a frame without light, read from its overscan columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, LEFT_OVERSCAN, RIGHT_OVERSCAN


def bias_level(frame: NDArray[np.uint16]) -> float:
    """Mean of both overscans of an original frame, shape (1200, 2160), in counts.

    One level a frame: its error, read noise / sqrt(175968), is 0.02 counts. The pattern of rows and columns
    under it doesn't change and goes with the dark.
    """
    left, right = frame[LEFT_OVERSCAN], frame[RIGHT_OVERSCAN]
    return (float(left.sum(dtype=np.int64)) + float(right.sum(dtype=np.int64))) / (left.size + right.size)


def subtract_bias(frame: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Imaging area of an original frame less its bias level, shape (1128, 2000), float32, in counts."""
    return np.subtract(frame[IMAGING_AREA], np.float32(bias_level(frame)), dtype=np.float32)

"""A master dark or flat: what a science frame is calibrated with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CalibrationFrame:
    """Planes of shape (1128, 2000).

    `image` float32 (counts for a dark, relative sensitivity for a flat), `noise` float32 (standard deviation
    of one frame, same unit), `bad` bool (pixels not to be trusted), and how many frames went in.
    """

    image: NDArray[np.float32]
    noise: NDArray[np.float32]
    bad: NDArray[np.bool_]
    frames: int


def robust_sigma(values: NDArray[np.float32]) -> float:
    """Standard deviation from the median absolute deviation, for a Gaussian with outliers."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))

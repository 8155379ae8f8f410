"""Mean of many frames that arrive one by one, without the brightest and the faintest of each pixel.

A cosmic ray hits a pixel in at most one frame of a calibration sequence, for all practical purposes, so that
leaving out the extremes is enough, and one pass over the file too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.conditions import TooFewFrames

FEWEST_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Combined:
    """`mean` and `noise` (standard deviation of one frame), same shape, float32; how many frames."""

    mean: NDArray[np.float32]
    noise: NDArray[np.float32]
    frames: int


def combine(frames: Iterable[NDArray[np.float32]]) -> Combined:
    """Combine frames of one shape. Raises TooFewFrames for fewer than 5."""
    count = 0
    for frame in frames:
        if count == 0:
            first = frame
            total, squares, lowest, highest = (np.zeros_like(frame) for _ in range(4))
            change = np.empty_like(frame)
        else:
            np.subtract(frame, first, out=change)
            total += change
            np.minimum(lowest, change, out=lowest)
            np.maximum(highest, change, out=highest)
            change *= change
            squares += change
        count += 1
    if count < FEWEST_FRAMES:
        raise TooFewFrames("a mean with rejection", count, FEWEST_FRAMES)
    kept = count - 2
    total -= lowest + highest
    squares -= lowest**2 + highest**2
    variance = np.maximum(squares / kept - (total / kept) ** 2, 0) * np.float32(kept / (kept - 1))
    return Combined(first + total / np.float32(kept), np.sqrt(variance, dtype=np.float32), count)

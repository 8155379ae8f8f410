"""Clipping of the values of a pixel in many frames, and what it does to the variance of normal ones."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIP_SIGMA: Final = 3.0

_DENSITY = math.exp(-(CLIP_SIGMA**2) / 2) / math.sqrt(2 * math.pi)
CLIPPED_VARIANCE: Final = 1 - 2 * CLIP_SIGMA * _DENSITY / math.erf(CLIP_SIGMA / math.sqrt(2))
"""Of normal deviates of variance 1, those within 3 sigma."""

_DRAWN_AT_ONCE = 400
_DEVIATES = 640_000
_LARGEST_COUNT = 512


NO_CLIPPING: Final = np.ones(4, np.float32)
"""Stands for a variance law where nothing is clipped."""


def variance_law(read_variance: float, variance_a_count: float, frames: int) -> NDArray[np.float32]:
    """What `kernels.calibrate_and_combine` wants to know for clipping so many frames."""
    law = (read_variance, variance_a_count, trimmed_variance(frames), CLIPPED_VARIANCE)
    return np.array(law, np.float32)


@lru_cache(maxsize=32)
def trimmed_variance(count: int) -> float:
    """Mean variance (divided by their number) of `count` normal deviates without smallest and largest.

    It has no closed form; drawn from a fixed seed, right to 0.5 %. More than 512 are taken as 512: 0.97.
    """
    count = min(count, _LARGEST_COUNT)
    random = np.random.Generator(np.random.PCG64(count))
    rounds = max(1, _DEVIATES // max(count, 16) // _DRAWN_AT_ONCE)
    drawn = (np.sort(random.standard_normal((_DRAWN_AT_ONCE, count)), axis=1) for _ in range(rounds))
    return float(np.mean([deviates[:, 1:-1].var(axis=1).mean() for deviates in drawn]))

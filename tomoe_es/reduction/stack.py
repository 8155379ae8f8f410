"""Stack: the mean over time of a calibrated cube, and how much it varied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.conditions import TooFewFrames

DROPPED_FRAMES = 1
"""The first frame is left out: its lines were reset by the start of the exposure and not by the readout of a
frame before, so that it alone wasn't exposed like the others."""

FEWEST_FRAMES = 3
ROWS_A_BAND = 12


@dataclass(frozen=True, slots=True)
class Stack:
    """`image` (1128, 2000) float32: mean of the frames used, in counts.

    `noise_counts`: temporal standard deviation of one frame, median of all pixels. `worst_band_noise_counts`:
    the same in the noisiest band of 12 rows, where lost lines show.
    """

    image: NDArray[np.float32]
    frames_used: int
    noise_counts: float
    worst_band_noise_counts: float


def stack(frames: NDArray[np.float32]) -> Stack:
    """Stack calibrated frames, shape (nframe, 1128, 2000). Raises TooFewFrames for fewer than 3."""
    if len(frames) < FEWEST_FRAMES:
        raise TooFewFrames("a stack", len(frames), FEWEST_FRAMES)
    used = frames[DROPPED_FRAMES:]
    first, count = used[0], len(used)
    total, squares = np.zeros_like(first), np.zeros_like(first)
    for frame in used[1:]:
        change = frame - first
        total += change
        change *= change
        squares += change
    total /= np.float32(count)
    squares /= np.float32(count)
    variance = np.maximum(squares - total**2, 0) * np.float32(count / (count - 1))
    bands = np.median(variance.reshape(-1, ROWS_A_BAND * variance.shape[1]), axis=1)
    return Stack(
        image=first + total,
        frames_used=count,
        noise_counts=float(np.sqrt(np.median(bands))),
        worst_band_noise_counts=float(np.sqrt(bands.max())),
    )

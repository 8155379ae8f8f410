"""What differs from frame to frame: each frame less the sky that stays, in units of its noise.

What stays is the median of six means of near frames. The mean of all frames would hold a part of the mover
itself, a third of its light at half a pixel a frame, and the median of all frames takes twenty times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled
from tomoe_es.reduction.near_frames import GROUPS, group_edges

UNSTEADY_PART_OF_STARLIGHT: Final = 0.03
"""A star's light in a pixel changes by so much from frame to frame (seeing, scintillation)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Frames and what they are compared with; planes of shape (1128, 2000), float32, in counts.

    `groups` (6, 1128, 2000) are means of near frames, from one of the `group_edges` (7,) to before the next,
    and `group_frames` the mean frame number of each;
    `reference` is their median, `mean` their mean. `inverse_noise` is one over the noise of a pixel of one
    frame, and 0 where no pixel is to be trusted.
    """

    frames: NDArray[np.float32]
    groups: NDArray[np.float32]
    group_edges: NDArray[np.int64]
    group_frames: NDArray[np.float64]
    reference: NDArray[np.float32]
    inverse_noise: NDArray[np.float32]
    mean: NDArray[np.float32]


def differ(
    frames: NDArray[np.float32],
    groups: NDArray[np.float32],
    first_used: int,
    untrusted: NDArray[np.bool_],
    sky_counts: float,
    variance: NDArray[np.float32],
) -> Difference:
    """Make ready calibrated `frames` (nframe, 1128, 2000), at least 8, of which the first few may be unlike.

    `groups` are means of those from `first_used` on, by the edges of `near_frames`. `untrusted` pixels, such
    as bad and saturated ones, are left out of everything. `variance` is that of a pixel of one frame from
    light and readout, counts squared.
    """
    edges = group_edges(first_used, len(frames))
    reference, inverse_noise, mean = (np.empty_like(groups[0]) for _ in range(3))
    _compare(groups, untrusted, sky_counts, variance, reference, inverse_noise, mean)
    return Difference(frames, groups, edges, (edges[:-1] + edges[1:] - 1) / 2, reference, inverse_noise, mean)


@compiled
def _compare(
    groups: NDArray[np.float32],
    untrusted: NDArray[np.bool_],
    sky_counts: float,
    variance: NDArray[np.float32],
    reference: NDArray[np.float32],
    inverse_noise: NDArray[np.float32],
    mean: NDArray[np.float32],
) -> None:
    """Row by row, so that a row of all groups stays in the cache."""
    height, width = reference.shape
    sky, unsteady = np.float32(sky_counts), np.float32(UNSTEADY_PART_OF_STARLIGHT)
    for y in range(height):
        for x in range(width):
            a, b, c = groups[0, y, x], groups[1, y, x], groups[2, y, x]
            d, e, f6 = groups[3, y, x], groups[4, y, x], groups[5, y, x]
            mean[y, x] = (a + b + c + d + e + f6) / np.float32(GROUPS)
            # A sorting network of 12 comparisons, without branches so that it runs on eight pixels at once.
            a, f6 = min(a, f6), max(a, f6)
            b, d = min(b, d), max(b, d)
            c, e = min(c, e), max(c, e)
            b, c = min(b, c), max(b, c)
            d, e = min(d, e), max(d, e)
            a, d = min(a, d), max(a, d)
            c, f6 = min(c, f6), max(c, f6)
            a, b = min(a, b), max(a, b)
            c, d = min(c, d), max(c, d)
            e, f6 = min(e, f6), max(e, f6)
            b, c = min(b, c), max(b, c)
            d, e = min(d, e), max(d, e)
            reference[y, x] = np.float32(0.5) * (c + d)
        for x in range(width):
            star = unsteady * max(reference[y, x] - sky, np.float32(0))
            noise = variance[y, x] + star * star
            inverse_noise[y, x] = np.float32(0) if untrusted[y, x] else np.float32(1) / np.sqrt(noise)

"""What differs from frame to frame: each frame less the sky that stays, in units of its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled
from tomoe_es.reduction.calibrated_frames import WHOLE, Area, CalibratedFrames, Floats
from tomoe_es.reduction.near_frames import GROUPS, OverTime, group_edges

UNSTEADY_PART_OF_STARLIGHT: Final = 0.03
"""A star's light in a pixel changes by so much from frame to frame (seeing, scintillation)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Calibrated frames and what they are compared with; planes of shape (1128, 2000), float32, in counts.

    Near frames are groups, from one of the `group_edges` (7,) to before the next, and `group_frames` the mean
    frame number of each; `reference` is what stays, `trend` and `mean` as in `near_frames`. `inverse_noise`
    is one over the noise of a pixel of one frame, and 0 where no pixel is to be trusted.
    """

    frames: CalibratedFrames
    group_edges: NDArray[np.int64]
    group_frames: NDArray[np.float64]
    reference: Floats
    trend: Floats
    mean: Floats
    inverse_noise: Floats

    def group(self, number: int, area: Area = WHOLE) -> Floats:
        """Mean of the frames of a group, or of a part of them."""
        return self.frames.mean(int(self.group_edges[number]), int(self.group_edges[number + 1]), area)

    @property
    def group_noise(self) -> float:
        """Of the mean of a group, noise of one frame being 1."""
        return float(np.sqrt(GROUPS / self.frames.nframe))


def differ(
    frames: CalibratedFrames,
    over_time: OverTime,
    first_used: int,
    untrusted: NDArray[np.bool_],
    sky_counts: float,
    variance: Floats,
) -> Difference:
    """Make ready `frames`, at least 8, of which the first few may be unlike.

    `over_time` is what those from `first_used` on show. `untrusted` pixels, such as bad and saturated ones,
    are left out of everything. `variance` is that of a pixel of one frame from light and readout, counts
    squared; the inverse noise takes its place.
    """
    edges = group_edges(first_used, frames.nframe)
    _invert_noise(over_time.steady, untrusted, sky_counts, variance)
    return Difference(frames, edges, (edges[:-1] + edges[1:] - 1) / 2, *over_time, variance)


@compiled
def _invert_noise(steady: Floats, untrusted: NDArray[np.bool_], sky_counts: float, variance: Floats) -> None:
    sky, unsteady = np.float32(sky_counts), np.float32(UNSTEADY_PART_OF_STARLIGHT)
    for y in range(len(steady)):
        light, bad, out = steady[y], untrusted[y], variance[y]
        for x in range(len(out)):
            star = unsteady * max(light[x] - sky, np.float32(0))
            noise = out[x] + star * star
            out[x] = np.float32(0) if bad[x] else np.float32(1) / np.sqrt(noise)

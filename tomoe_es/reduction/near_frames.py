"""The frames of a cube in groups of near ones, whose means show what one frame is too noisy for.

The median of these means is what stays. The mean of all frames would hold a part of a mover itself, a third
of its light at half a pixel a frame, and the median of all frames takes twenty times as long.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.calibrated_frames import CalibratedFrames, Floats

GROUPS: Final = 6


def group_edges(first_used: int, frames: int) -> NDArray[np.int64]:
    """Of the frames from `first_used` on, at least 6: group g is those from edge g to before edge g + 1."""
    return np.linspace(first_used, frames, GROUPS + 1).round().astype(np.int64)


def group_times(edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each group, how many frames its middle is after the mean of all these middles."""
    middles = (edges[:-1] + edges[1:] - 1) / 2
    return np.asarray(middles - middles.mean())


class Run(NamedTuple):
    """Frames that are looked at together, and the groups among them: from one of the `edges` to the next.

    These are counted from the first of the frames.
    """

    frames: range
    groups: range
    edges: NDArray[np.int64]


def runs_of_frames(frames: int, most: int) -> list[Run]:
    """Frames, at most so many at once, without regard to groups."""
    none = np.zeros(1, np.int64)
    return [Run(range(first, min(first + most, frames)), range(0), none) for first in range(0, frames, most)]


def runs_of_groups(edges: NDArray[np.int64], most: int) -> list[Run]:
    """Whole groups, and the frames before them, at most so many frames at once; nothing if that can't be."""
    runs, start, first = [], 0, 0
    for last in range(1, GROUPS + 1):
        if edges[last] - start > most:
            return []
        if last == GROUPS or edges[last + 1] - start > most:
            runs.append(
                Run(range(start, int(edges[last])), range(first, last), edges[first : last + 1] - start)
            )
            start, first = int(edges[last]), last
    return runs


class OverTime(NamedTuple):
    """What the frames of a cube show over time: planes of the shape of a frame, in counts.

    `steady` is what stays, `trend` the sum of the means of the groups, each times its time (`group_times`),
    in which what stays leaves nothing, and `mean` that of all frames used.
    """

    steady: Floats
    trend: Floats
    mean: Floats


def over_time(frames: CalibratedFrames, first_used: int) -> OverTime:
    """The planes of calibrated frames from `first_used` on, 6 at least; `stack` makes them on its way."""
    planes = OverTime(*(np.empty(frames.shape, np.float32) for _ in OverTime._fields))
    edges = group_edges(first_used, frames.nframe)
    groups = np.array([frames.mean(int(first), int(last)) for first, last in pairwise(edges)])
    _over_time(groups, group_times(edges).astype(np.float32), planes)
    planes.mean[:] = frames.mean(first_used, frames.nframe)
    return planes


@compiled
def _over_time(groups: Floats, times: Floats, planes: OverTime) -> None:
    for row in range(groups.shape[1]):
        steady_light(groups[:, row], planes.steady[row])
        trend_of_light(groups[:, row], times, planes.trend[row])


@inlined
def mean_of_rows(rows: Floats, out: Floats) -> None:
    """Mean of rows (n, columns), two at once, since each pass over `out` costs as much as one over a row."""
    count = len(rows)
    part = np.float32(1.0 / count)
    begin = count % 2
    if begin:
        out[:] = rows[0]
    else:
        out[:] = np.float32(0)
    for number in range(begin, count, 2):
        one, two = rows[number], rows[number + 1]
        for column in range(len(out)):
            out[column] += one[column] + two[column]
    for column in range(len(out)):
        out[column] *= part


@inlined
def steady_light(groups: Floats, out: Floats) -> None:
    """Median of the means of six groups (6, columns).

    By a sorting network of 12 comparisons (Knuth, The Art of Computer Programming 3, 5.3.4): without
    branches, so that it runs on many pixels at once.
    """
    g0, g1, g2, g3, g4, g5 = groups[0], groups[1], groups[2], groups[3], groups[4], groups[5]
    for x in range(len(out)):
        a, b, c, d, e, f = g0[x], g1[x], g2[x], g3[x], g4[x], g5[x]
        a, f = min(a, f), max(a, f)
        b, d = min(b, d), max(b, d)
        c, e = min(c, e), max(c, e)
        b, c = min(b, c), max(b, c)
        d, e = min(d, e), max(d, e)
        a, d = min(a, d), max(a, d)
        c, f = min(c, f), max(c, f)
        a, b = min(a, b), max(a, b)
        c, d = min(c, d), max(c, d)
        e, f = min(e, f), max(e, f)
        b, c = min(b, c), max(b, c)
        d, e = min(d, e), max(d, e)
        out[x] = np.float32(0.5) * (c + d)


@inlined
def trend_of_light(groups: Floats, times: Floats, out: Floats) -> None:
    """Sum of the means of six groups (6, columns), each times its time."""
    g0, g1, g2, g3, g4, g5 = groups[0], groups[1], groups[2], groups[3], groups[4], groups[5]
    t0, t1, t2, t3, t4, t5 = times[0], times[1], times[2], times[3], times[4], times[5]
    for x in range(len(out)):
        early, late = t0 * g0[x] + t1 * g1[x] + t2 * g2[x], t3 * g3[x] + t4 * g4[x] + t5 * g5[x]
        out[x] = early + late

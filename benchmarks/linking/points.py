"""Points as a night gives them: movers on lines, seen in most frames, among false points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.linking import Line

WIDTH, HEIGHT, FRAMES = 2000.0, 1128.0, 18


@dataclass(frozen=True)
class Scene:
    """Points (n,) in order of frame; `mover` is which one a point belongs to, or -1."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    frame: NDArray[np.int64]
    mover: NDArray[np.int64]
    movers: int
    frames: int

    def completeness(self, found: list[NDArray[np.int64]], fewest: int) -> float:
        """Part of the movers seen in `fewest` frames that have a line: half of its points, mostly its."""
        counts = np.bincount(self.mover[self.mover >= 0], minlength=self.movers)
        seen = np.flatnonzero(counts >= fewest)
        got = set()
        for points in found:
            members = self.mover[points]
            members = members[members >= 0]
            if len(members):
                best = int(np.bincount(members).argmax())
                own = int((members == best).sum())
                if own >= 0.5 * counts[best] and own >= 0.5 * len(points):
                    got.add(best)
        return len(got & set(seen.tolist())) / max(1, len(seen))


def scene(
    seed: int,
    movers: int,
    false_a_frame: int,
    slowest: float,
    fastest: float,
    *,
    width: float = WIDTH,
    height: float = HEIGHT,
    frames: int = FRAMES,
    scatter: float = 0.2,
    detected: float = 0.9,
    false_points: int = 0,
) -> Scene:
    """Movers of log-uniform speed (pixels a frame) that stay on the chip, and false points everywhere.

    `false_points` are strewn over all frames, besides `false_a_frame` in each.
    """
    random = np.random.default_rng(seed)
    t = np.arange(frames)
    xs, ys, ts, ids = [], [], [], []
    made = 0
    while made < movers:
        speed = np.exp(random.uniform(np.log(slowest), np.log(fastest)))
        toward = random.uniform(0, 2 * np.pi)
        x = random.uniform(0, width) + speed * np.cos(toward) * t
        y = random.uniform(0, height) + speed * np.sin(toward) * t
        if not (0 < x[-1] < width and 0 < y[-1] < height):
            continue
        seen = random.uniform(size=frames) < detected
        xs.append((x + random.normal(0, scatter, frames))[seen])
        ys.append((y + random.normal(0, scatter, frames))[seen])
        ts.append(t[seen])
        ids.append(np.full(int(seen.sum()), made))
        made += 1
    false = false_a_frame * frames + false_points
    xs.append(random.uniform(0, width, false))
    ys.append(random.uniform(0, height, false))
    ts.append(np.concatenate([np.repeat(t, false_a_frame), random.integers(0, frames, false_points)]))
    ids.append(np.full(false, -1))
    frame = np.concatenate(ts)
    order = np.argsort(frame, kind="stable")
    x, y, mover = (np.concatenate(each)[order] for each in (xs, ys, ids))
    return Scene(x, y, frame[order].astype(np.int64), mover, movers, frames)


def points_of(lines: list[Line]) -> list[NDArray[np.int64]]:
    """The indices of each line's points."""
    return [line.points for line in lines]

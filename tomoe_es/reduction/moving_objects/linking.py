"""Linking: which points of many frames lie on one straight line, run through at a constant rate?

The question and the reference are those of Ohsawa (2021, arXiv 2109.09064), whose `tracee` merges line
segments; here each pair of points of near frames is a seed. The line through it predicts where to look in the
frames after and before, each point found sharpens it, and a line with enough points is kept. Points lie in a
grid of cells, so that a look costs the same however many there are; what grows is the number of seeds, as the
points times their density.

A line with k points in n frames has two of them at most (n - 1) // (k - 1) frames apart, so that with seeds
of that reach no line is missed for want of a seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled
from tomoe_es.reduction.moving_objects.grid import grid_of, nearest

FASTEST_PIXELS_A_FRAME: Final = 40.0
FEWEST_POINTS: Final = 6
CHANCE_LINES: Final = 0.01
SCATTER_PIXELS: Final = 0.35
WINDOW_SIGMA: Final = 3.5
LARGEST_WINDOW_PIXELS: Final = 6.0
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Line:
    """Points on one line: their indices, in order of frame, at most one a frame.

    The line is x = x0 + vx frame, y = y0 + vy frame, in pixels; `rms_pixels` is the scatter about it, both
    axes together.
    """

    points: NDArray[np.int64]
    x0: float
    y0: float
    vx: float
    vy: float
    rms_pixels: float

    @property
    def pixels_a_frame(self) -> float:
        """Speed."""
        return float(np.hypot(self.vx, self.vy))


@dataclass(frozen=True, slots=True)
class LinkingLimits:
    """What is a line: fewest points, greatest speed, scatter of its points in x and in y (one sigma)."""

    fewest_points: int = FEWEST_POINTS
    fastest_pixels_a_frame: float = FASTEST_PIXELS_A_FRAME
    scatter_pixels: float = SCATTER_PIXELS
    largest_window_pixels: float = LARGEST_WINDOW_PIXELS


def link(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    frame: NDArray[np.int64],
    frames: int,
    limits: LinkingLimits | None = None,
) -> list[Line]:
    """Lines among points at (`x`, `y`) pixels in frames 0 to `frames` - 1, all of shape (n,).

    The best supported line comes first; no point is in two lines. Raises ValueError for fewer than 3 points a
    line, for which anything is a line.
    """
    limits = limits or LinkingLimits()
    if limits.fewest_points < 3:
        raise ValueError(
            f"lines of {limits.fewest_points} points: any two points are a line, ask for 3 or more"
        )
    if len(x) < limits.fewest_points or frames < limits.fewest_points:
        return []
    grid = grid_of(np.asarray(x, np.float64), np.asarray(y, np.float64), np.asarray(frame, np.int64), frames)
    found = _grow(
        grid.x,
        grid.y,
        grid.frame,
        grid.starts,
        frames,
        grid.columns,
        grid.rows,
        limits.fewest_points,
        (frames - 1) // (limits.fewest_points - 1),
        limits.fastest_pixels_a_frame / grid.cell,
        limits.scatter_pixels / grid.cell,
        limits.largest_window_pixels / grid.cell,
    )
    members = np.where(found == _NONE, _NONE, grid.order[found])
    return _without_shared_points(members, x, y, limits.fewest_points)


def chance_lines(points: int, frames: int, area: float, fewest: int, limits: LinkingLimits) -> float:
    """Lines of `fewest` points that chance makes of points all over an `area` in square pixels.

    As many as there are seeds, times the ways to choose the frames of the other points, times the probability
    that each is in its window.
    """
    density = points / frames / area
    hit = min(1.0, density * math.pi * (WINDOW_SIGMA * limits.scatter_pixels) ** 2)
    gaps = np.arange(1, max(1, (frames - 1) // (fewest - 1)) + 1)
    seeds = points * density * math.pi * float(((gaps * limits.fastest_pixels_a_frame) ** 2).sum())
    return seeds * math.comb(frames - 2, fewest - 2) * hit ** (fewest - 2)


def fewest_points_for(
    points: int, frames: int, width: float, height: float, limits: LinkingLimits | None = None
) -> int:
    """So many points, at least those of `limits`, a line needs that chance makes fewer than 0.01 of them."""
    limits = limits or LinkingLimits()
    for fewest in range(limits.fewest_points, frames):
        if chance_lines(points, frames, width * height, fewest, limits) < CHANCE_LINES:
            return fewest
    return frames


def _without_shared_points(
    members: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64], fewest_points: int
) -> list[Line]:
    """Lines of rows of one point a frame (-1: none): each point goes to the best line that has it."""
    fits = _fit_rows(members, x, y)
    best_first = np.lexsort((np.arange(len(fits)), fits[:, 4], -(members != _NONE).sum(axis=1)))
    taken = np.zeros(len(x), dtype=bool)
    kept = []
    for row in members[best_first]:
        row[(row != _NONE) & taken[row]] = _NONE
        points = row[row != _NONE]
        if len(points) >= fewest_points:
            taken[points] = True
            kept.append(row)
    if not kept:
        return []
    lines = [
        Line(row[row != _NONE], *(float(value) for value in fit))
        for row, fit in zip(kept, _fit_rows(np.array(kept), x, y), strict=True)
    ]
    lines.sort(key=lambda line: (-len(line.points), line.rms_pixels))
    return lines


@compiled
def _fit_rows(
    members: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """x0, y0, vx, vy of least squares and rms distance, shape (n, 5), of each row of one point a frame."""
    fits = np.empty((len(members), 5))
    for i in range(len(members)):
        n = st = sx = sy = stt = stx = sty = 0.0
        for t in range(members.shape[1]):
            point = members[i, t]
            if point >= 0:
                n += 1.0
                st += t
                stt += t * t
                sx += x[point]
                stx += t * x[point]
                sy += y[point]
                sty += t * y[point]
        spread = stt - st * st / n
        vx, vy = (stx - st * sx / n) / spread, (sty - st * sy / n) / spread
        x0, y0 = (sx - vx * st) / n, (sy - vy * st) / n
        squares = 0.0
        for t in range(members.shape[1]):
            point = members[i, t]
            if point >= 0:
                squares += (x[point] - x0 - vx * t) ** 2 + (y[point] - y0 - vy * t) ** 2
        fits[i] = (x0, y0, vx, vy, np.sqrt(squares / n))
    return fits


@compiled
def _grow(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    frame: NDArray[np.int64],
    starts: NDArray[np.int32],
    frames: int,
    columns: int,
    rows: int,
    fewest: int,
    reach: int,
    fastest: float,
    scatter: float,
    largest_window: float,
) -> NDArray[np.int64]:
    """Every line found from a seed, as a row of one point a frame (-1: none). Lengths are in cells.

    One function, because its inner part runs some ten million times a second. A row of `sums` holds a line's
    n, t, tt, x, tx, y, ty.
    """
    found = np.empty((64, frames), dtype=np.int64)
    count = 0
    newest_line = np.full(len(x), -1, dtype=np.int64)  # of each point
    picked = np.empty(frames, dtype=np.int64)
    for first in range(len(x)):
        begin, x1, y1 = frame[first], x[first], y[first]
        for gap in range(1, min(reach, frames - 1 - begin) + 1):
            end, radius = begin + gap, fastest * gap
            left, right = int(max(0.0, x1 - radius)), int(min(columns - 1.0, x1 + radius))
            for row in range(int(max(0.0, y1 - radius)), int(min(rows - 1.0, y1 + radius)) + 1):
                start = (end * rows + row) * columns
                for second in range(starts[start + left], starts[start + right + 1]):
                    x2, y2 = x[second], y[second]
                    if (x2 - x1) ** 2 + (y2 - y1) ** 2 > radius * radius:
                        continue
                    if newest_line[first] >= 0 and newest_line[first] == newest_line[second]:
                        continue
                    picked[:] = -1
                    picked[begin], picked[end] = first, second
                    n, st, stt = 2.0, float(begin + end), float(begin * begin + end * end)
                    sx, stx, sy, sty = x1 + x2, begin * x1 + end * x2, y1 + y2, begin * y1 + end * y2
                    hits, left_over = 2, frames - 2
                    # The frames after the seed, those between its two, those before it.
                    for step in range(frames - 2):
                        if hits + left_over < fewest:
                            break
                        left_over -= 1
                        if step < frames - 1 - end:
                            number = end + 1 + step
                        elif step < frames - 2 - begin:
                            number = end - 1 - (step - (frames - 1 - end))
                        else:
                            number = begin - 1 - (step - (frames - 2 - begin))
                        mean = st / n
                        away, spread = number - mean, stt - st * mean
                        slope = away / spread
                        x_at = sx / n + slope * (stx - mean * sx)
                        y_at = sy / n + slope * (sty - mean * sy)
                        window = WINDOW_SIGMA * scatter * np.sqrt(1.0 + 1.0 / n + away * slope)
                        point = nearest(
                            x, y, starts, columns, rows, number, x_at, y_at, min(window, largest_window)
                        )
                        if point >= 0:
                            picked[number] = point
                            hits += 1
                            n += 1.0
                            st += number
                            stt += number * number
                            sx += x[point]
                            stx += number * x[point]
                            sy += y[point]
                            sty += number * y[point]
                    if hits < fewest:
                        continue
                    mean = st / n
                    spread = stt - st * mean
                    vx, vy = (stx - mean * sx) / spread, (sty - mean * sy) / spread
                    hits = 0
                    for number in range(frames):
                        away = number - mean
                        window = WINDOW_SIGMA * scatter * np.sqrt(1.0 + 1.0 / n + away * away / spread)
                        x_at, y_at = sx / n + away * vx, sy / n + away * vy
                        picked[number] = nearest(
                            x, y, starts, columns, rows, number, x_at, y_at, min(window, largest_window)
                        )
                        hits += picked[number] >= 0
                    if hits < fewest:
                        continue
                    if count == len(found):
                        larger = np.empty((2 * count, frames), dtype=np.int64)
                        larger[:count] = found
                        found = larger
                    found[count] = picked
                    for number in range(frames):
                        if picked[number] >= 0:
                            newest_line[picked[number]] = count
                    count += 1
    return found[:count]

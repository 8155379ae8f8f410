"""What belongs to a point, and where its middle is: what the matched filter shows around its peak."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.moving_objects.comparison import Compared
from tomoe_es.reduction.moving_objects.filtered import WINDOW, Kept
from tomoe_es.reduction.moving_objects.matched_filter import filter_window

LONG_PIXELS: Final = 4.0
"""From this length on a point is a streak, placed by the mean of its light, not by its peak."""
_LARGEST_AREA: Final = 20000

_NOT_VISITED: Final = np.uint8(0)
_VISITED: Final = np.uint8(1)
_NOT_MADE: Final = np.uint8(2)


class _Room(NamedTuple):
    """A filtered image (height, width), of which windows are `made`, and the `state` of each pixel."""

    filtered: NDArray[np.float32]
    state: NDArray[np.uint8]
    made: NDArray[np.bool_]


def measure_points(
    compared: Compared,
    profile: NDArray[np.float32],
    kept: Kept,
    peak: np.float32,
    edge: np.float32,
    table: NDArray[np.float64],
) -> int:
    """Fill `table` (most, 6) with x, y, peak, length, angle and area of each point; how many there are.

    `kept` is of the filtered image, or mean of images. A point begins at one over `peak`; pixels over `edge`
    with gaps of one belong to it.
    """
    return _points(compared, profile, kept, peak, edge, _room(compared.reference.shape), table)


@lru_cache(maxsize=1)
def _room(shape: tuple[int, ...]) -> _Room:
    """The same in each call: memory that need not be given and cleared for each job."""
    windows = -(-shape[0] // WINDOW[0]), -(-shape[1] // WINDOW[1])
    return _Room(np.empty(shape, np.float32), np.full(shape, _NOT_MADE), np.zeros(windows, np.bool_))


@compiled
def _points(
    compared: Compared,
    profile: NDArray[np.float32],
    kept: Kept,
    peak: np.float32,
    edge: np.float32,
    room: _Room,
    table: NDArray[np.float64],
) -> int:
    count = 0
    stack = np.empty((_LARGEST_AREA, 2), dtype=np.int32)
    _forget(room)
    _take(kept, room)
    peaks = kept.peaks
    for k in range(len(peaks)):
        if peaks[k, 2] <= peak:
            continue
        y, x = int(peaks[k, 0]), int(peaks[k, 1])
        if room.state[y, x] == _VISITED:
            continue
        if count == len(table):
            return count
        _measure(compared, profile, room, y, x, edge, stack, table[count])
        count += 1
    return count


@inlined
def _forget(room: _Room) -> None:
    """Take the windows of the image before for not made."""
    for row in range(room.made.shape[0]):
        for column in range(room.made.shape[1]):
            if room.made[row, column]:
                top, left = row * WINDOW[0], column * WINDOW[1]
                room.state[top : top + WINDOW[0], left : left + WINDOW[1]] = _NOT_MADE
                room.made[row, column] = False


@inlined
def _take(kept: Kept, room: _Room) -> None:
    """Take what was kept of the image."""
    values, at = kept.windows, kept.at
    height, width = room.filtered.shape
    for k in range(len(values)):
        row, column = at[k, 0], at[k, 1]
        top, left = row * WINDOW[0], column * WINDOW[1]
        bottom, right = min(top + WINDOW[0], height), min(left + WINDOW[1], width)
        for y in range(top, bottom):
            into, line = room.filtered[y, left:right], values[k, y - top]
            for x in range(len(into)):
                into[x] = line[x]
        room.state[top:bottom, left:right] = _NOT_VISITED
        room.made[row, column] = True


@inlined
def _make_window(
    compared: Compared,
    profile: NDArray[np.float32],
    y: int,
    x: int,
    room: _Room,
) -> None:
    """Make the window of a pixel."""
    row, column = y // WINDOW[0], x // WINDOW[1]
    top, left = row * WINDOW[0], column * WINDOW[1]
    filter_window(compared, profile, top, left, room.filtered)
    room.state[top : top + WINDOW[0], left : left + WINDOW[1]] = _NOT_VISITED
    room.made[row, column] = True


@compiled
def _measure(
    compared: Compared,
    profile: NDArray[np.float32],
    room: _Room,
    y_start: int,
    x_start: int,
    edge: np.float32,
    stack: NDArray[np.int32],
    out: NDArray[np.float64],
) -> None:
    """Fill `out` with what belongs to one pixel over the threshold: see POINT_TYPE."""
    filtered, state = room.filtered, room.state
    height, width = filtered.shape
    if state[y_start, x_start] == _NOT_MADE:
        _make_window(compared, profile, y_start, x_start, room)
    stack[0, 0], stack[0, 1] = y_start, x_start
    state[y_start, x_start] = _VISITED
    top, done = 1, 0
    best, y_best, x_best = filtered[y_start, x_start], y_start, x_start
    s = sx = sy = sxx = sxy = syy = 0.0
    while done < top:
        y, x = stack[done, 0], stack[done, 1]
        done += 1
        value = filtered[y, x]
        if value > best:
            best, y_best, x_best = value, y, x
        s += value
        u, v = float(x - x_start), float(y - y_start)
        sx += value * u
        sy += value * v
        sxx += value * u * u
        sxy += value * u * v
        syy += value * v * v
        for yy in range(max(0, y - 2), min(height, y + 3)):
            for xx in range(max(0, x - 2), min(width, x + 3)):
                if state[yy, xx] == _NOT_MADE:
                    _make_window(compared, profile, yy, xx, room)
                if state[yy, xx] == _NOT_VISITED and filtered[yy, xx] > edge and top < len(stack):
                    state[yy, xx] = _VISITED
                    stack[top, 0], stack[top, 1] = yy, xx
                    top += 1
    x_mean, y_mean = sx / s, sy / s
    xx_var, xy_var, yy_var = sxx / s - x_mean**2, sxy / s - x_mean * y_mean, syy / s - y_mean**2
    root = np.sqrt((xx_var - yy_var) ** 2 + 4 * xy_var**2)
    length = np.sqrt(12.0 * root)  # of a line whose square of length / 12 is the difference of both variances
    if length > LONG_PIXELS:
        out[0], out[1], out[3] = x_start + x_mean, y_start + y_mean, length
        out[4] = 0.5 * np.arctan2(2 * xy_var, xx_var - yy_var)
    else:
        out[0] = x_best + _vertex(filtered, y_best, x_best, 0, 1)
        out[1] = y_best + _vertex(filtered, y_best, x_best, 1, 0)
        out[3] = out[4] = 0.0
    out[2], out[5] = best, top


@compiled
def _vertex(filtered: NDArray[np.float32], y: int, x: int, y_step: int, x_step: int) -> float:
    """Where along one axis the parabola through a maximum and its neighbours is highest, in pixels."""
    height, width = filtered.shape
    if not (y_step <= y < height - y_step and x_step <= x < width - x_step):
        return 0.0
    before, here, after = filtered[y - y_step, x - x_step], filtered[y, x], filtered[y + y_step, x + x_step]
    curve = before - 2 * here + after
    if curve >= 0:
        return 0.0
    return float(min(0.5, max(-0.5, 0.5 * (before - after) / curve)))

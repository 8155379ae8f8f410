"""The smooth surface through the sky's level in boxes: natural cubic splines down and along, as sep's."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined

BOX_PIXELS: Final = 64

Floats = NDArray[np.float32]
Array = NDArray[np.float64]


@compiled
def take_away(image: Floats, levels: Array, bad: NDArray[np.bool_], light: Floats) -> None:
    """Fill `light` with an image (height, width) less the surface through the middles of boxes of 64 x 64
    pixels, whose `levels` are given; 0 in `bad` pixels.
    """
    height, width = image.shape
    rows, columns = levels.shape
    bends, room = np.zeros((columns, rows)), np.empty(max(rows, columns))
    for column in range(columns):
        _bend(levels[:, column], room, bends[column])
    across, bend = np.empty(columns), np.zeros(columns)
    steps = np.arange(2 * BOX_PIXELS).astype(np.float32)
    for y in range(height):
        place = (y + 0.5) / BOX_PIXELS - 0.5
        box, after = _between(place, rows)
        for column in range(columns):
            ends = levels[box, column], levels[after, column]
            a, b, c, d = _cubic(ends, (bends[column, box], bends[column, after]))
            t = place - box
            across[column] = a + t * (b + t * (c + t * d))
        _bend(across, room, bend)
        line, without, out = image[y], bad[y], light[y]
        begin = 0
        while begin < width:
            place = (begin + 0.5) / BOX_PIXELS - 0.5
            box, after = _between(place, columns)
            is_last = box >= columns - 2
            end = width if is_last else (box + 1) * BOX_PIXELS + BOX_PIXELS // 2
            end = min(end, begin + len(steps))
            cubic = _cubic((across[box], across[after]), (bend[box], bend[after]))
            _take_away_part(line, (begin, end), cubic, place - box, steps, without, out)
            begin = end


@inlined
def _between(place: float, boxes: int) -> tuple[int, int]:
    """Which two boxes a place is between, in boxes from the middle of the first; near an edge those next."""
    box = min(max(int(place), 0), max(boxes - 2, 0))
    return box, min(box + 1, boxes - 1)


@inlined
def _bend(values: Array, room: Array, out: Array) -> None:
    """Second derivatives of the natural spline through some values at steps of 1."""
    last = len(values) - 1
    if last < 1:
        return
    out[0] = room[0] = 0.0
    for k in range(1, last):
        room[k] = 1.0 / (4.0 - room[k - 1])
        out[k] = (6.0 * (values[k - 1] - 2.0 * values[k] + values[k + 1]) - out[k - 1]) * room[k]
    out[last] = 0.0
    for k in range(last - 1, 0, -1):
        out[k] -= room[k] * out[k + 1]


@inlined
def _cubic(ends: tuple[float, float], bends: tuple[float, float]) -> tuple[float, float, float, float]:
    """Coefficients of a spline from one place to the next, by values and second derivatives there."""
    slope = ends[1] - ends[0] - (2.0 * bends[0] + bends[1]) / 6.0
    return ends[0], slope, bends[0] / 2.0, (bends[1] - bends[0]) / 6.0


@inlined
def _take_away_part(
    line: Floats,
    part: tuple[int, int],
    cubic: tuple[float, float, float, float],
    begin: float,
    steps: Floats,
    without: NDArray[np.bool_],
    out: Floats,
) -> None:
    a, b, c = np.float32(cubic[0]), np.float32(cubic[1]), np.float32(cubic[2])
    d, first, step = np.float32(cubic[3]), np.float32(begin), np.float32(1.0 / BOX_PIXELS)
    start = np.uint64(part[0])  # without sign: else each access would ask whether it counts from the end
    for k in range(np.uint64(part[1] - part[0])):
        t, x = first + steps[k] * step, start + k
        level = a + t * (b + t * (c + t * d))
        out[x] = np.float32(0) if without[x] else line[x] - level

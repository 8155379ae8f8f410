"""The sky of a stack: its level and noise in boxes, as Source Extractor finds them (Bertin & Arnouts 1996).

Of each two neighbours in a row one is taken, in turns the left and the right one, so that all columns of the
readout have their part. A box of 64 x 64 pixels has far more than its level needs: on a flat sky the level of
all pixels departs by 1.8 % of a pixel's noise, that of half of them by 2.4 %, which adds half a percent to
the error of a faint star.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.sky_surface import BOX_PIXELS, take_away

FIRST_CLIP_SIGMA: Final = 2.0
CLIP_SIGMA: Final = 3.0
CROWDED_SIGMA: Final = 0.3
"""With a mean so far from the median stars are many, and the median tells more than the mode."""
LEVELS: Final = 1024
HALF_RANGE_SIGMA: Final = 5.0
"""Each box has a histogram of so many levels, which goes so far from its mean."""
ROUNDS: Final = 100
CONVERGED: Final = 1e-4
_SIDE_BY_SIDE: Final = 32

Floats = NDArray[np.float32]
Counts = NDArray[np.uint32]
Room: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int32], Counts, Counts]


def without_sky(image: Floats, bad: NDArray[np.bool_]) -> tuple[Floats, float, float]:
    """An image (height, even width) less its background, 0 in `bad` pixels; level and noise of the sky.

    The background goes smoothly through the medians of 3 x 3 boxes. Level and noise are medians of all boxes,
    and 0 where no box is good.
    """
    boxes = -(-image.shape[0] // BOX_PIXELS), -(-image.shape[1] // BOX_PIXELS)
    levels, noises = np.empty(boxes), np.empty(boxes)
    _judge_boxes(image, bad, levels, noises)
    if np.isnan(levels).all():
        return np.zeros_like(image), 0.0, 0.0
    smooth, smooth_noises = np.empty(boxes), np.empty(boxes)
    _median_of_neighbours(levels, smooth)
    _median_of_neighbours(noises, smooth_noises)
    light = np.empty_like(image)
    take_away(image, smooth, bad, light)
    return light, float(np.median(smooth)), float(np.median(smooth_noises))


@compiled
def _judge_boxes(
    image: Floats, bad: NDArray[np.bool_], levels: NDArray[np.float64], noises: NDArray[np.float64]
) -> None:
    """Level and noise of each box; NaN where less than half of it is good."""
    height, width = image.shape
    some = np.empty(BOX_PIXELS * BOX_PIXELS // 2, np.float32)
    counts, below = np.empty(LEVELS + 1, np.uint32), np.empty(LEVELS + 1, np.uint32)
    room = np.empty((3, _SIDE_BY_SIDE)), np.empty(len(some), np.int32), counts, below
    for row in range(levels.shape[0]):
        top, bottom = row * BOX_PIXELS, min((row + 1) * BOX_PIXELS, height)
        for column in range(levels.shape[1]):
            left, right = column * BOX_PIXELS, min((column + 1) * BOX_PIXELS, width)
            some[:] = np.float32(math.nan)
            good = _take_half(image, bad, (top, bottom, left, right), some)
            if 4 * good < (bottom - top) * (right - left):
                levels[row, column] = noises[row, column] = math.nan
            else:
                levels[row, column], noises[row, column] = _mode(some, room)


@inlined
def _take_half(image: Floats, bad: NDArray[np.bool_], box: tuple[int, int, int, int], some: Floats) -> int:
    """Fill `some` with one of each two neighbours of a box, NaN for a bad one; how many are good."""
    top, bottom, left, right = box
    place, pairs, good = np.uint64(0), np.uint64((right - left) // 2), 0
    for y in range(top, bottom):
        line, without = image[y, left:right], bad[y, left:right]
        for pair in range(pairs):
            here = np.uint64(2) * pair
            is_right = (np.uint64(y) + pair) & np.uint64(1)
            value = line[here + np.uint64(1)] if is_right else line[here]
            spoilt = without[here + np.uint64(1)] if is_right else without[here]
            some[place + pair] = np.float32(math.nan) if spoilt else value
            good += not spoilt
        place += pairs
    return good


@inlined
def _mode(some: Floats, room: Room) -> tuple[float, float]:
    """The most frequent of some values, and their scatter, without the light of stars; NaN is none."""
    lanes, places, counts, below = room
    mean, sigma = _clipped_mean(some, -math.inf, math.inf, lanes)
    mean, sigma = _clipped_mean(some, mean - FIRST_CLIP_SIGMA * sigma, mean + FIRST_CLIP_SIGMA * sigma, lanes)
    if not sigma > 0:
        return mean, 0.0
    scale = 2 * HALF_RANGE_SIGMA * sigma / LEVELS
    zero = mean - HALF_RANGE_SIGMA * sigma
    _count_levels(some, np.float32(zero), np.float32(1 / scale), places, counts, below)
    first, last, scatter = 0, LEVELS, math.inf
    middle = average = 0.0
    for _ in range(ROUNDS):
        before = scatter
        number = below[last] - below[first]
        if number == 0:
            break
        total, squares = _moments(counts, first, last)
        average = total / number
        scatter = math.sqrt(max(squares / number - average**2, 0.0))
        middle = _median(below, first, last)
        if scatter < 0.1 or abs(scatter / before - 1) < CONVERGED:
            break
        first = max(int(middle - CLIP_SIGMA * scatter + 0.5), 0)
        last = min(int(middle + CLIP_SIGMA * scatter + 0.5) + 1, LEVELS)
    crowded = abs(average - middle) > CROWDED_SIGMA * scatter
    level = middle if crowded else 2.5 * middle - 1.5 * average
    return zero + (level + 0.5) * scale, scatter * scale


@inlined
def _clipped_mean(some: Floats, low: float, high: float, lanes: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of the values within some bounds.

    Summed in 32 sums side by side, which the processor adds to at once.
    """
    lanes[:] = 0.0
    for begin in range(0, len(some), _SIDE_BY_SIDE):
        for k in range(_SIDE_BY_SIDE):
            value = some[np.uint64(begin + k)]
            within = np.float32(low) <= value <= np.float32(high)
            lanes[0, k] += 1.0 if within else 0.0
            inside = float(value) if within else 0.0
            lanes[1, k] += inside
            lanes[2, k] += inside * inside
    count = lanes[0].sum()
    mean = lanes[1].sum() / count
    return mean, math.sqrt(max(lanes[2].sum() / count - mean**2, 0.0))


@inlined
def _count_levels(
    some: Floats,
    zero: np.float32,
    levels_a_count: np.float32,
    places: NDArray[np.int32],
    counts: Counts,
    below: Counts,
) -> None:
    """How many values there are at each level and, with the last one for those beyond, below it."""
    for k in range(len(some)):
        level = (some[k] - zero) * levels_a_count
        inside = np.float32(0) <= level < np.float32(LEVELS)
        places[k] = np.int32(level) if inside else np.int32(LEVELS)
    counts[:] = 0
    for place in places:
        counts[np.uint32(place)] += np.uint32(1)
    number = np.uint32(0)
    for level in range(LEVELS + 1):
        below[level] = number
        number = np.uint32(number + counts[level])


@inlined
def _moments(counts: Counts, first: int, last: int) -> tuple[float, float]:
    """Sums of the levels, from the first to before the last, of all values there, and of their squares.

    Even the squares of half a box fit into 32 bits.
    """
    total, squares = np.uint32(0), np.uint32(0)
    for level in range(np.uint32(first), np.uint32(last)):
        first_power = np.uint32(counts[level] * np.uint32(level))
        total = np.uint32(total + first_power)
        squares = np.uint32(squares + np.uint32(first_power * np.uint32(level)))
    return float(total), float(squares)


@inlined
def _median(numbers: Counts, first: int, last: int) -> float:
    """Where half of the values from the first level to before the last are below, in levels from a middle."""
    half = (numbers[first] + numbers[last]) / 2
    low, high = first, last
    while high - low > 1:
        between = (low + high) // 2
        if numbers[between] <= half:
            low = between
        else:
            high = between
    return float(low + (half - numbers[low]) / (numbers[low + 1] - numbers[low]) - 0.5)


@compiled
def _median_of_neighbours(boxes: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """The median of each box and its neighbours, at an edge of those on both sides alone.

    Else a slope would pull it in. Where none of these is known it's that of all neighbours, or of all boxes.
    """
    height, width = boxes.shape
    for row in range(height):
        for column in range(width):
            rows, columns = min(1, row, height - 1 - row), min(1, column, width - 1 - column)
            median = np.nanmedian(boxes[row - rows : row + rows + 1, column - columns : column + columns + 1])
            if median != median:
                median = np.nanmedian(boxes[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2])
            out[row, column] = np.nanmedian(boxes) if median != median else median

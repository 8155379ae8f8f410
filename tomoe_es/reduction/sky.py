"""The sky of a stack: its level and noise in boxes, as Source Extractor finds them (Bertin & Arnouts 1996).

Of each two neighbours in a row one is taken, in turns the left and the right one, so that all columns of the
readout have their part. A box of 64 x 64 pixels has far more than its level needs: on a flat sky the level of
all pixels departs by 1.8 % of a pixel's noise, that of half of them by 2.4 %, which adds half a percent to
the error of a faint star.
"""

from __future__ import annotations

import math
from typing import Final

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
    some = np.empty(BOX_PIXELS * BOX_PIXELS, np.float32)
    sums = np.empty((3, LEVELS + 1), np.int64)
    for row in range(levels.shape[0]):
        top, bottom = row * BOX_PIXELS, min((row + 1) * BOX_PIXELS, height)
        for column in range(levels.shape[1]):
            left, right = column * BOX_PIXELS, min((column + 1) * BOX_PIXELS, width)
            count = 0
            for y in range(top, bottom):
                line, without = image[y, left:right], bad[y, left:right]
                for pair in range(len(line) // 2):
                    x = 2 * pair + ((y + pair) & 1)
                    some[count] = line[x]
                    count += not without[x]
            if 4 * count < (bottom - top) * (right - left):
                levels[row, column] = noises[row, column] = math.nan
            else:
                levels[row, column], noises[row, column] = _mode(some[:count], sums)


@inlined
def _mode(some: Floats, sums: NDArray[np.int64]) -> tuple[float, float]:
    """The most frequent of some values, and their scatter, without the light of stars."""
    mean, sigma = _clipped_mean(some, -math.inf, math.inf)
    mean, sigma = _clipped_mean(some, mean - FIRST_CLIP_SIGMA * sigma, mean + FIRST_CLIP_SIGMA * sigma)
    if not sigma > 0:
        return mean, 0.0
    scale = 2 * HALF_RANGE_SIGMA * sigma / LEVELS
    zero = mean - HALF_RANGE_SIGMA * sigma
    _sum_histogram(some, np.float32(zero), np.float32(1 / scale), sums)
    first, last, scatter = 0, LEVELS, math.inf
    middle = average = 0.0
    for _ in range(ROUNDS):
        before = scatter
        number = sums[0, last] - sums[0, first]
        if number == 0:
            break
        average = (sums[1, last] - sums[1, first]) / number
        variance = (sums[2, last] - sums[2, first]) / number - average**2
        scatter = math.sqrt(max(variance, 0.0))
        middle = _median(sums[0], first, last)
        if scatter < 0.1 or abs(scatter / before - 1) < CONVERGED:
            break
        first = max(int(middle - CLIP_SIGMA * scatter + 0.5), 0)
        last = min(int(middle + CLIP_SIGMA * scatter + 0.5) + 1, LEVELS)
    crowded = abs(average - middle) > CROWDED_SIGMA * scatter
    level = middle if crowded else 2.5 * middle - 1.5 * average
    return zero + (level + 0.5) * scale, scatter * scale


@inlined
def _clipped_mean(some: Floats, low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of the values within some bounds.

    Summed in 32 sums side by side, which the processor adds to at once.
    """
    counts, totals, squares = np.zeros(_SIDE_BY_SIDE), np.zeros(_SIDE_BY_SIDE), np.zeros(_SIDE_BY_SIDE)
    for begin in range(0, len(some), _SIDE_BY_SIDE):
        part = some[begin : begin + _SIDE_BY_SIDE]
        for k in range(len(part)):
            value = float(part[k])
            within = 1.0 if low <= value <= high else 0.0
            counts[k] += within
            totals[k] += within * value
            squares[k] += within * value * value
    mean = totals.sum() / counts.sum()
    return mean, math.sqrt(max(squares.sum() / counts.sum() - mean**2, 0.0))


@inlined
def _sum_histogram(
    some: Floats, zero: np.float32, levels_a_count: np.float32, sums: NDArray[np.int64]
) -> None:
    """Before each level: how many values there are, the sum of their levels, and of the squares of these."""
    sums[:] = 0
    counts = sums[0]
    for value in some:
        level = (value - zero) * levels_a_count
        if np.float32(0) <= level < np.float32(LEVELS):
            counts[int(level) + 1] += 1
    number = total = squares = 0
    for level in range(LEVELS):
        here = counts[level + 1]
        number += here
        total += here * level
        squares += here * level * level
        sums[0, level + 1], sums[1, level + 1], sums[2, level + 1] = number, total, squares


@inlined
def _median(numbers: NDArray[np.int64], first: int, last: int) -> float:
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

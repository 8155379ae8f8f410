"""Streaks too faint for any of their pixels to stand out: sums along short lines in all directions.

A filter for points sees of a streak of length L only the part that is as long as the PSF is wide, so the
signal-to-noise ratio of the whole is lost as the square root of L. Summing along the line wins it back (Nir,
Zackay & Ofek 2018, AJ 156, 229). Here the matched-filtered frame, in units of its noise, is averaged in
blocks of 4 x 4 pixels, and summed over 10 blocks, and over each half of these, in 22 directions: a
millisecond a frame. Blocks are clipped, so that no star or cosmic ray makes a line.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.moving_objects.filtered import BLOCK

BLOCKS: Final = 10
"""`_raise` is written for this length, and its half."""
SLOPES: Final = np.linspace(-1, 1, 11)
LINE_SIGMA: Final = 4.2
"""Of the 5 million sums of a frame chance brings some 30 over it."""
CLIPPED_SIGMA: Final = 3.0
UNITS: Final = 1000
"""Whole numbers of them are a sigma: of 16 bits, the processor adds twice as many at once as of 32."""
SAME_STREAK_BLOCKS: Final = 8.0
MOST_LINES: Final = 200
_BEYOND: Final = 6
_SHORTEST, _LONGEST = 4, 17

Floats = NDArray[np.float32]
Units = NDArray[np.int16]


def faint_streaks(sums: Floats, scale: float, profile: Floats) -> NDArray[np.float64]:
    """Streaks in a matched-filtered frame: rows of x, y (pixels of the middle), snr, length, angle.

    `sums` (rows, columns) are of its blocks, and its pixels have noise of `scale`; `profile` is one axis of
    the matched filter.
    """
    noise_of_block, weights = _noise(tuple(float(each) for each in profile))
    blocks = _clipped(sums, 1 / (BLOCK**2 * scale * noise_of_block))
    if min(blocks.shape) < BLOCKS:
        return np.zeros((0, 5))
    lying = np.empty((MOST_LINES, 5))
    count = _search(blocks, weights, lying)
    standing = np.empty((MOST_LINES, 5))
    count_standing = _search(np.ascontiguousarray(blocks.T), weights, standing)
    found = np.concatenate([lying[:count], standing[:count_standing]])
    found[count:, :2] = found[count:, 1::-1]
    found[count:, 4] = (np.pi - found[count:, 4]) % np.pi - np.pi / 2
    best_first = found[np.argsort(-found[:, 2], kind="stable")]
    kept = _without_doubles(best_first)
    kept[:, :2] = kept[:, :2] * BLOCK + (BLOCK - 1) / 2
    kept[:, 3] *= BLOCK
    return kept


@lru_cache(maxsize=64)
def _noise(profile: tuple[float, ...]) -> tuple[float, Floats]:
    """Noise of a block, and by slope the factors that make a sum of 10, and of 5, blocks of noise 1 each.

    Neighbouring blocks are correlated, because the matched filter smooths over them.
    """
    smooth = np.convolve(profile, np.full(BLOCK, 1 / BLOCK))
    correlation = np.correlate(smooth, smooth, "full")
    middle = len(correlation) // 2
    lags = np.abs(np.arange(-BLOCKS, BLOCKS + 1)) * BLOCK
    by_lag = (
        np.array([correlation[middle + lag] if lag <= middle else 0.0 for lag in lags]) / correlation[middle]
    )
    weights = np.empty((len(SLOPES), 2), np.float32)
    for row, slope in enumerate(SLOPES):
        for column, length in enumerate((BLOCKS, BLOCKS // 2)):
            x = np.arange(length)
            y = np.rint(slope * (np.arange(BLOCKS) - (BLOCKS - 1) / 2)).astype(int)[:length]
            covariance = by_lag[x[:, None] - x + BLOCKS] * by_lag[y[:, None] - y + BLOCKS]
            weights[row, column] = 1 / np.sqrt(covariance.sum())
    return float(correlation[middle]), weights


@compiled
def _clipped(sums: Floats, factor: float) -> NDArray[np.int16]:
    """Blocks in thousandths of their noise, clipped: a sum of ten of them is a 16-bit integer."""
    out = np.empty(sums.shape, np.int16)
    part, limit = np.float32(factor * UNITS), np.float32(CLIPPED_SIGMA * UNITS)
    for row in range(sums.shape[0]):
        line, into = sums[row], out[row]
        for column in range(len(line)):
            into[column] = np.int16(np.rint(min(max(line[column] * part, -limit), limit)))
    return out


@compiled
def _search(blocks: Units, weights: Floats, out: NDArray[np.float64]) -> int:
    """Fill `out` with x, y, snr, length (in blocks) and angle of lines within 45 degrees of the x axis."""
    height, width = blocks.shape
    half = BLOCKS // 2
    over = np.zeros(blocks.shape, np.int16)
    for s in range(len(SLOPES)):
        whole = np.int16(LINE_SIGMA * UNITS / weights[s, 0])
        part = np.int16(LINE_SIGMA * UNITS / weights[s, 1])
        _raise(blocks.ravel(), width, SLOPES[s], whole, part, over.ravel())
    count = 0
    for y in range(half, height - half):
        line = over[y, : width - BLOCKS + 1]
        highest = np.int16(0)
        for x in range(len(line)):
            highest = max(highest, line[x])
        if highest == 0:
            continue
        for x in range(len(line)):
            if line[x] > 0 and count < len(out):
                slope, best = _best_line(blocks, x, y, weights)
                last = count - 1
                near = count > 0 and out[last, 1] >= y - 1 and abs(out[last, 0] - x - half) < half
                if near and out[last, 2] >= best:
                    continue
                if not near:
                    count += 1
                _measure(blocks, x, y, slope, out[count - 1])
                out[count - 1, 2] = best
    return count


@compiled
def _raise(blocks: Units, width: int, slope: float, whole: np.int16, part: np.int16, over: Units) -> None:
    """Raise `over` to what the lines whose middle is in a row, or half of them, are over their thresholds.

    Rows of `width` are taken as one, which is faster; what leaves a row at its end means nothing.
    """
    begin = BLOCKS // 2 * width
    inside = over[begin : len(over) - begin]
    r0, r1 = _ahead(blocks, width, slope, 0), _ahead(blocks, width, slope, 1)
    r2, r3 = _ahead(blocks, width, slope, 2), _ahead(blocks, width, slope, 3)
    r4, r5 = _ahead(blocks, width, slope, 4), _ahead(blocks, width, slope, 5)
    r6, r7 = _ahead(blocks, width, slope, 6), _ahead(blocks, width, slope, 7)
    r8, r9 = _ahead(blocks, width, slope, 8), _ahead(blocks, width, slope, 9)
    for x in range(len(inside) - BLOCKS + 1):
        first = np.int16(r0[x] + r1[x] + r2[x] + r3[x] + r4[x])
        second = np.int16(r5[x] + r6[x] + r7[x] + r8[x] + r9[x])
        light = max(np.int16(first + second), np.int16(0))  # less a threshold, a dark line would wrap around
        of_whole, of_half = np.int16(light - whole), np.int16(max(first, second) - part)
        inside[x] = max(inside[x], max(of_whole, of_half))


@inlined
def _ahead(blocks: Units, width: int, slope: float, k: int) -> Units:
    """From the k-th block of the first line on."""
    return blocks[(BLOCKS // 2 + int(np.rint((k - (BLOCKS - 1) / 2) * slope))) * width + k :]


@compiled
def _best_line(blocks: Units, x: int, y: int, weights: Floats) -> tuple[float, float]:
    """Slope and signal-to-noise ratio of the best line that begins in column x with its middle in row y."""
    best, slope = -1.0, 0.0
    for s in range(len(SLOPES)):
        first = second = 0.0
        for k in range(BLOCKS):
            value = blocks[y + int(np.rint((k - (BLOCKS - 1) / 2) * SLOPES[s])), x + k]
            if k < BLOCKS // 2:
                first += value
            else:
                second += value
        value = max((first + second) * weights[s, 0], max(first, second) * weights[s, 1])
        if value > best:
            best, slope = value, SLOPES[s]
    return slope, best / UNITS


@compiled
def _measure(blocks: Units, x: int, y: int, slope: float, out: NDArray[np.float64]) -> None:
    """Fill in middle, length and angle of the stretch of a line that stands out most, beyond its ends too."""
    height, width = blocks.shape
    sums = np.zeros(BLOCKS + 2 * _BEYOND + 1)
    for k in range(len(sums) - 1):
        away = k - _BEYOND - (BLOCKS - 1) / 2
        row, column = y + int(np.rint(away * slope)), x + k - _BEYOND
        inside = 0 <= row < height and 0 <= column < width
        sums[k + 1] = sums[k] + (blocks[row, column] if inside else 0.0)
    best, begin, end = -1.0, _BEYOND, _BEYOND + BLOCKS
    for first in range(len(sums) - _SHORTEST):
        for last in range(first + _SHORTEST, min(first + _LONGEST, len(sums) - 1) + 1):
            value = (sums[last] - sums[first]) / np.sqrt(last - first)
            if value > best:
                best, begin, end = value, first, last
    away = (begin + end - 1) / 2 - _BEYOND
    out[0], out[1] = x + away, y + (away - (BLOCKS - 1) / 2) * slope
    out[3], out[4] = (end - begin) * np.sqrt(1 + slope**2), np.arctan(slope)


@compiled
def _without_doubles(lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of lines near each other, best first, only the best."""
    kept = np.empty_like(lines)
    count = 0
    for i in range(len(lines)):
        alone = True
        for j in range(count):
            if (lines[i, 0] - kept[j, 0]) ** 2 + (lines[i, 1] - kept[j, 1]) ** 2 < SAME_STREAK_BLOCKS**2:
                alone = False
                break
        if alone:
            kept[count] = lines[i]
            count += 1
    return kept[:count]

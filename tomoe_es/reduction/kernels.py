"""The fused passes over a raw cube: from stored counts to calibrated frames, their mean, and what they tell.

All work row by row, so that the values of one row in all frames stay in the processor's cache, and along a
row, so that they fill its vector registers. Stored counts are those of the file: 16 bits, big-endian, with
the sign bit flipped (FITS BZERO = 32768); arrays of them have the shape (nframe, 1200, 2160).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, LEFT_OVERSCAN, RIGHT_OVERSCAN
from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.calibrated_frames import Floats, Stored, calibrate_row, count_of
from tomoe_es.reduction.near_frames import GROUPS, OverTime, mean_of_rows, steady_light, trend_of_light

CLIP_ROUNDS: Final = 2
TOTAL, SQUARES, LOWEST, HIGHEST = range(4)
"""Rows of the sums of a row of pixels; two more are room for work."""

_FIRST_ROW: Final = IMAGING_AREA[0].start
_FIRST_COLUMN: Final = IMAGING_AREA[1].start
_ROWS: Final = IMAGING_AREA[0].stop - IMAGING_AREA[0].start
_LEFT: Final = LEFT_OVERSCAN[1].start
_RIGHT: Final = RIGHT_OVERSCAN[1].start
_OVERSCAN_COLUMNS: Final = LEFT_OVERSCAN[1].stop - LEFT_OVERSCAN[1].start


@compiled
def overscan_sums(stored: Stored, sums: NDArray[np.int64]) -> None:
    """Sum of the counts of both overscans by frame."""
    for frame in range(stored.shape[0]):
        total = 0
        for row in range(_FIRST_ROW, _FIRST_ROW + _ROWS):
            for start in (_LEFT, _RIGHT):
                total += _sum_of_counts(stored[frame, row, start : start + _OVERSCAN_COLUMNS])
        sums[frame] = total


@compiled
def calibrate_and_combine(
    stored: Stored,
    start: int,
    band: tuple[int, int],
    levels: Floats,
    scales: Floats,
    full: NDArray[np.uint16],
    dropped: int,
    dark: Floats,
    inverse_flat: Floats,
    lines: Floats,
    group_edges: NDArray[np.int64],
    group_times: Floats,
    over_time: OverTime,
    clip_sigma: float,
    variance_law: Floats,
    mean: Floats,
    temporal: Floats,
    used: NDArray[np.uint16],
    saturated: NDArray[np.bool_],
    signatures: NDArray[np.uint32],
) -> int:
    """Calibrate rows of all frames, (counts - level - dark) / flat x scale; combine those from `dropped` on.

    The planes hold the rows from `start` on, counted in the imaging area; of these the rows of a `band` (its
    first, and the one after its last) are made. By frame: `levels` of the bias, `scales`, and the counts from
    which on a pixel is `full`. `lines` (nframe, columns) is room for a row of all frames.
    `clip_sigma` 0 is the plain mean. `variance_law` is (read variance, variance a count, variance of trimmed
    and of clipped deviates). Written are `mean`, `temporal` (variance of one frame, of each column or of some
    at equal steps), of a clipped mean the frames `used`, pixels `saturated`, and by frame and row a number
    that differs when any count does, `signatures`. Unless they have no rows, the planes of `over_time` as
    well, of groups of frames from one of the `group_edges` (7,) to the next and with `group_times` (6,).
    Returns the saturated pixels of all frames.
    """
    nframe, columns = stored.shape[0], mean.shape[1]
    step = columns // temporal.shape[1]
    sums = np.empty((6, columns), np.float32)
    groups = np.empty((GROUPS, columns), np.float32)
    weights = _weights(columns // 2)
    full_pixels = 0
    for row in range(band[0], band[1]):
        for frame in range(nframe):
            line = stored[frame, _FIRST_ROW + start + row, _FIRST_COLUMN : _FIRST_COLUMN + columns]
            level, scale = levels[frame], scales[frame]
            brightest = calibrate_row(line, level, scale, dark[row], inverse_flat[row], lines[frame])
            if brightest >= full[frame]:
                full_pixels += _mark_full(line, full[frame], saturated[row])
            signatures[frame, row] = _signature(line, weights)
        if len(over_time.steady):
            for group in range(GROUPS):
                mean_of_rows(lines[group_edges[group] : group_edges[group + 1]], groups[group])
            steady_light(groups, over_time.steady[row])
            trend_of_light(groups, group_times, over_time.trend[row])
        if len(over_time.mean):
            mean_of_rows(lines[dropped:], over_time.mean[row])
        first = lines[dropped]
        if clip_sigma == 0:
            _combine_all(lines, dropped, sums)
        else:
            _combine_clipped(lines, dropped, inverse_flat[row], clip_sigma, variance_law, sums)
            for column in range(columns):
                used[row, column] = np.uint16(sums[HIGHEST, column])
        for column in range(columns):
            mean[row, column] = first[column] + sums[TOTAL, column]
        for sample in range(temporal.shape[1]):
            temporal[row, sample] = sums[SQUARES, sample * step]
    return full_pixels


@inlined
def _sum_of_counts(line: Stored) -> int:
    total = np.uint32(0)
    for column in range(len(line)):
        total = np.uint32(total + np.uint32(count_of(line[column])))
    return np.int64(total)  # type: ignore[return-value]


@inlined
def _mark_full(line: Stored, full: int, saturated: NDArray[np.bool_]) -> int:
    pixels = 0
    for column in range(len(line)):
        if count_of(line[column]) >= full:
            saturated[column] = True
            pixels += 1
    return pixels


@inlined
def _weights(pairs: int) -> NDArray[np.uint32]:
    """Odd numbers that look like chance (Knuth's multiplicative hash)."""
    weights = np.empty(pairs, np.uint32)
    for pair in range(pairs):
        weights[pair] = np.uint32(np.uint32(pair) * np.uint32(2654435761)) | np.uint32(1)
    return weights


@inlined
def _signature(line: Stored, weights: NDArray[np.uint32]) -> int:
    """Pairs of counts by their weights, modulo 2 ** 32."""
    pairs = line.view(np.uint32)
    total = np.uint32(0)
    for pair in range(len(weights)):
        total = np.uint32(total + np.uint32(pairs[pair] * weights[pair]))
    return total  # type: ignore[return-value]


@inlined
def _combine_all(lines: Floats, dropped: int, sums: Floats) -> None:
    """Mean of a row less its first frame, and its variance, into the first two rows of `sums`."""
    nframe, first, total, squares = len(lines), lines[dropped], sums[TOTAL], sums[SQUARES]
    _clear(total, squares, sums[LOWEST], sums[HIGHEST])
    for frame in range(dropped + 1, nframe, 2):
        second = frame + 1 if frame + 1 < nframe else dropped  # the first frame changes nothing
        _add(lines[frame], lines[second], first, total, squares)
    _mean_of_all(total, squares, nframe - dropped)


@inlined
def _combine_clipped(
    lines: Floats,
    dropped: int,
    inverse_flat: Floats,
    clip_sigma: float,
    variance_law: Floats,
    sums: Floats,
) -> None:
    """The same of what is near the mean, and the number of frames that are, into the fourth row of `sums`."""
    nframe, first, total, squares = len(lines), lines[dropped], sums[TOTAL], sums[SQUARES]
    lowest, highest, centre, noise = sums[LOWEST], sums[HIGHEST], sums[4], sums[5]
    _clear(total, squares, lowest, highest)
    for frame in range(dropped + 1, nframe, 2):
        second = frame + 1 if frame + 1 < nframe else dropped
        one, two = lines[frame], lines[second]
        _add_with_extremes(one, two, first, total, squares, lowest, highest)
    _mean_without_extremes(total, squares, lowest, highest, nframe - dropped, variance_law[2])
    _noise(first, total, inverse_flat, variance_law, noise)
    reach, kept = lowest, highest  # room that is free again
    for _ in range(CLIP_ROUNDS):
        _reach(noise, squares, clip_sigma, reach)
        for column in range(len(centre)):
            centre[column] = first[column] + total[column]
        _clear(total, squares, kept, kept)
        for frame in range(dropped, nframe, 2):
            whole = frame + 1 < nframe
            one, two = lines[frame], lines[frame + 1 if whole else frame]
            _add_near(one, two, np.float32(whole), centre, reach, total, squares, kept)
        _mean_of_kept(total, squares, kept, first, centre, variance_law[3])


@inlined
def _clear(total: Floats, squares: Floats, lowest: Floats, highest: Floats) -> None:
    total[:] = 0
    squares[:] = 0
    lowest[:] = 0
    highest[:] = 0


@inlined
def _add(one: Floats, two: Floats, first: Floats, total: Floats, squares: Floats) -> None:
    """Two frames at once, since each pass over the sums costs as much as one over the values."""
    for column in range(len(total)):
        change, other = one[column] - first[column], two[column] - first[column]
        total[column] += change + other
        squares[column] += change * change + other * other


@inlined
def _add_with_extremes(
    one: Floats,
    two: Floats,
    first: Floats,
    total: Floats,
    squares: Floats,
    lowest: Floats,
    highest: Floats,
) -> None:
    for column in range(len(total)):
        change, other = one[column] - first[column], two[column] - first[column]
        total[column] += change + other
        squares[column] += change * change + other * other
        lowest[column] = min(lowest[column], min(change, other))
        highest[column] = max(highest[column], max(change, other))


@inlined
def _mean_of_all(total: Floats, squares: Floats, count: int) -> None:
    """Sums become mean and variance."""
    part, unbiased = np.float32(1.0 / count), np.float32(count / (count - 1.0))
    for column in range(len(total)):
        total[column] *= part
        variance = squares[column] * part - total[column] * total[column]
        squares[column] = max(variance, np.float32(0)) * unbiased


@inlined
def _mean_without_extremes(
    total: Floats, squares: Floats, lowest: Floats, highest: Floats, count: int, trimmed_variance: float
) -> None:
    """Sums become mean and variance without the smallest and the largest of each pixel."""
    part, wider = np.float32(1.0 / (count - 2)), np.float32(1.0 / trimmed_variance)
    for column in range(len(total)):
        low, high = lowest[column], highest[column]
        total[column] = (total[column] - low - high) * part
        variance = (squares[column] - low * low - high * high) * part - total[column] * total[column]
        squares[column] = max(variance, np.float32(0)) * wider


@inlined
def _noise(first: Floats, centre: Floats, inverse_flat: Floats, variance_law: Floats, noise: Floats) -> None:
    """Variance of the light and readout of each pixel."""
    for column in range(len(noise)):
        light, share = max(first[column] + centre[column], np.float32(0)), inverse_flat[column]
        noise[column] = (variance_law[0] * share + variance_law[1] * light) * share


@inlined
def _reach(noise: Floats, variance: Floats, clip_sigma: float, reach: Floats) -> None:
    """How far from the centre a value may be: sigmas of what the pixel shows, or of its noise if larger."""
    for column in range(len(reach)):
        sigma = np.float32(np.sqrt(max(variance[column], noise[column])))
        reach[column] = np.float32(clip_sigma) * sigma


@inlined
def _add_near(
    one: Floats,
    two: Floats,
    weight_of_two: np.float32,
    centre: Floats,
    reach: Floats,
    total: Floats,
    squares: Floats,
    kept: Floats,
) -> None:
    for column in range(len(total)):
        change, other = one[column] - centre[column], two[column] - centre[column]
        near = np.float32(1) if abs(change) <= reach[column] else np.float32(0)
        near_too = weight_of_two if abs(other) <= reach[column] else np.float32(0)
        total[column] += near * change + near_too * other
        squares[column] += near * change * change + near_too * other * other
        kept[column] += near + near_too


@inlined
def _mean_of_kept(
    total: Floats, squares: Floats, kept: Floats, first: Floats, centre: Floats, clipped_variance: float
) -> None:
    """Sums of changes from the centre become the mean's distance from `first`, and the variance.

    Where nothing is kept the centre stays.
    """
    wider = np.float32(1.0 / clipped_variance)
    for column in range(len(total)):
        count = max(kept[column], np.float32(1))
        part = np.float32(1) / count
        off = total[column] * part
        variance = squares[column] * part - off * off
        unbiased = count / max(count - np.float32(1), np.float32(1))
        squares[column] = max(variance, np.float32(0)) * unbiased * wider
        total[column] = centre[column] - first[column] + off

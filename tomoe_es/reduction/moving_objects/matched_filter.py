"""The matched filter: at every pixel of an image the signal-to-noise ratio of a point source there.

A few images go through it at once, since they share what they are compared with. A row of the result is
looked at while it is in the cache, for pixels that may be peaks, for a sample of the noise, and for the sums
of blocks that show faint streaks, and then forgotten: to write it down would take as long as to make it. Only
what is around pixels that may be peaks is kept, in windows. What is wanted besides is made again, a window at
a time, with the same bits; of the mean of the images with the same but for rounding.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined, multiply_add
from tomoe_es.reduction.calibrated_frames import Floats
from tomoe_es.reduction.moving_objects.comparison import Compared, compare_row
from tomoe_es.reduction.moving_objects.filtered import (
    BLOCK,
    FIRST_SAMPLE,
    SAMPLE_COLUMNS,
    SAMPLE_ROWS,
    WINDOW,
    Told,
    keep_windows,
)

RADIUS: Final = 4
"""`_down` and `_along` are written for this one."""
_AT_ONCE: Final = 64
"""Loops over so many pixels, or a multiple, have no rest that is done one by one."""
_RING: Final = 2 * RADIUS + BLOCK
"""Rows that four filtered ones are made of."""
_FWHM_SIGMA: Final = 2.3548


def gaussian(fwhm_pixels: float) -> Floats:
    """One axis of the matched filter, shape (9,), whose squares sum to 1."""
    offsets = np.arange(-RADIUS, RADIUS + 1)
    profile = np.exp(-0.5 * (offsets * _FWHM_SIGMA / fwhm_pixels) ** 2)
    return np.asarray(profile / np.sqrt((profile**2).sum()), dtype=np.float32)


def room_for_rows(images: int, width: int) -> Floats:
    """Rows of so many images that are in the making, and a rest that is 0."""
    return np.zeros((images, _RING, -(-width // _AT_ONCE) * _AT_ONCE), np.float32)


@compiled
def filter_images(
    compared: Compared,
    profile: Floats,
    least: Floats,
    edges: NDArray[np.int64],
    told: Told,
    ring: Floats,
) -> None:
    """Filter (image - level - reference) / noise of n images (height, width); 0 within 4 of the edges.

    What `told` has room for is written, of pixels over a `least` (n + groups,) for each. A group is of the
    images from one of the `edges` (groups + 1,) to the next: what is made of the mean of these is the mean of
    what is made of the images. `ring` is `room_for_rows` of as many images or more.
    """
    samples, blocks, peaks, counts = told.samples, told.blocks, told.peaks, told.counts
    stored, bias, dark, inverse_flat = compared.frames
    first, levels, reference, inverse_noise = compared[1:]
    number, (height, width) = len(levels), reference.shape
    wide = ring.shape[2]
    down = np.zeros((BLOCK, wide + 2 * RADIUS), np.float32)
    made = np.zeros((len(counts), 2, BLOCK, wide + RADIUS), np.float32)
    near = np.zeros((len(counts), 3, -(-width // WINDOW[1])), np.bool_)
    part, group_of = np.empty(number, np.float32), np.full(number, -1)
    for group in range(len(edges) - 1):
        group_of[edges[group] : edges[group + 1]] = group
        part[edges[group] : edges[group + 1]] = np.float32(1.0 / (edges[group + 1] - edges[group]))
    blocks[:, :1] = blocks[:, (height - RADIUS) // BLOCK :] = np.float32(0)
    counts[:] = 0
    told.kept[:] = 0
    for row in range(RADIUS, height - RADIUS, BLOCK):
        rows, block = min(BLOCK, height - RADIUS - row), row // BLOCK
        made[:, block % 2, rows:] = np.float32(0)
        near[:, block % 3] = False
        for n in range(number):
            for y in range(0 if row == RADIUS else row + RADIUS, row + RADIUS + rows):
                into = ring[n, y % _RING, :width]
                compare_row(
                    stored,
                    bias,
                    dark,
                    inverse_flat,
                    first + n,
                    y,
                    0,
                    levels[n],
                    reference,
                    inverse_noise,
                    into,
                )
            _down(ring[n], row, profile, down)
            four = made[n, block % 2]
            for k in range(rows):
                out = four[k, :width]
                _along(down[k], profile, four[k, RADIUS:])
                out[width - RADIUS :] = np.float32(0)
                counts[n] = _note_peaks(out, row + k, least[n], peaks[n], counts[n], near[n, block % 3])
                _take_samples(out, row + k, samples[n])
                if group_of[n] >= 0:
                    mean = made[number + group_of[n], block % 2, k, :width]
                    _add(out, part[n], n > edges[group_of[n]], mean)
            if blocks.shape[1] and rows == BLOCK:
                _sum_blocks(four, down[0, :width], blocks[n, row // BLOCK])
        for place in range(number, len(counts)):
            for k in range(rows):
                mean, marks = made[place, block % 2, k, :width], near[place, block % 3]
                counts[place] = _note_peaks(mean, row + k, least[place], peaks[place], counts[place], marks)
                _take_samples(mean, row + k, samples[place])
        for place in range(len(counts)):
            keep_windows(made[place], near[place], block - 1, width, place, told)
    near[:, (block + 1) % 3] = False
    for place in range(len(counts)):
        keep_windows(made[place], near[place], block, width, place, told)


@compiled
def filter_window(compared: Compared, profile: Floats, top: int, left: int, filtered: Floats) -> None:
    """Fill one window of `filtered` (height, width) with what `filter_images` made there of an image.

    Or of more than one, on average.
    """
    height, width = filtered.shape
    bottom, right = min(top + WINDOW[0], height), min(left + WINDOW[1], width)
    filtered[top:bottom, left:right] = np.float32(0)
    top, bottom = max(top, RADIUS), min(bottom, height - RADIUS)
    left, right = max(left, RADIUS), min(right, width - RADIUS)
    if top >= bottom or left >= right:
        return
    stored, bias, dark, inverse_flat = compared.frames
    first, levels, reference, inverse_noise = compared[1:]
    width, part = right - left + 2 * RADIUS, np.float32(1.0 / len(levels))
    wide = -(-(WINDOW[1] + 2 * RADIUS) // _AT_ONCE) * _AT_ONCE
    ring = np.zeros((_RING, wide), np.float32)
    one = np.empty(width, np.float32)
    down = np.zeros((BLOCK, wide + 2 * RADIUS), np.float32)
    line = np.empty(wide, np.float32)
    for y in range(top - RADIUS, bottom + RADIUS):
        into = ring[y % _RING, :width]
        for n in range(len(levels)):
            light = into if n == 0 else one
            compare_row(
                stored,
                bias,
                dark,
                inverse_flat,
                first + n,
                y,
                left - RADIUS,
                levels[n],
                reference,
                inverse_noise,
                light,
            )
            if n > 0:
                for x in range(width):
                    into[x] += one[x]
        if len(levels) > 1:
            for x in range(width):
                into[x] *= part
    _down(ring, top, profile, down)
    for k in range(bottom - top):
        _along(down[k], profile, line)
        out = filtered[top + k, left:right]
        for x in range(len(out)):
            out[x] = line[x]


@inlined
def _down(ring: Floats, row: int, profile: Floats, out: Floats) -> None:
    """Filter along columns for four rows from `row` on; `ring` holds row y, of twelve, at y % 12.

    All twelve at once: sums kept in memory from row to row would take three times as long.
    """
    w = profile[4], profile[5], profile[6], profile[7], profile[8]
    r0, r1, r2, r3 = ring[(row + 8) % 12], ring[(row + 9) % 12], ring[(row + 10) % 12], ring[(row + 11) % 12]
    r4, r5, r6, r7 = ring[row % 12], ring[(row + 1) % 12], ring[(row + 2) % 12], ring[(row + 3) % 12]
    r8, r9, r10, r11 = ring[(row + 4) % 12], ring[(row + 5) % 12], ring[(row + 6) % 12], ring[(row + 7) % 12]
    o0, o1, o2, o3 = out[0], out[1], out[2], out[3]
    for x in range(len(r0)):
        a, b, c, d, e, f = r0[x], r1[x], r2[x], r3[x], r4[x], r5[x]
        g, h, i, j, k, m = r6[x], r7[x], r8[x], r9[x], r10[x], r11[x]
        o0[x] = _weighed(w, e, d + f, c + g, b + h, a + i)
        o1[x] = _weighed(w, f, e + g, d + h, c + i, b + j)
        o2[x] = _weighed(w, g, f + h, e + i, d + j, c + k)
        o3[x] = _weighed(w, h, g + i, f + j, e + k, d + m)


@inlined
def _along(row: Floats, profile: Floats, out: Floats) -> None:
    """Filter along a row, which is longer than `out` by 4 on both sides."""
    w = profile[4], profile[5], profile[6], profile[7], profile[8]
    c0, c1, c2, c3, c4 = row[0:], row[1:], row[2:], row[3:], row[4:]
    c5, c6, c7, c8 = row[5:], row[6:], row[7:], row[8:]
    for x in range(len(out)):
        out[x] = _weighed(w, c4[x], c3[x] + c5[x], c2[x] + c6[x], c1[x] + c7[x], c0[x] + c8[x])


@inlined
def _weighed(
    weights: tuple[np.float32, np.float32, np.float32, np.float32, np.float32],
    middle: np.float32,
    one: np.float32,
    two: np.float32,
    three: np.float32,
    four: np.float32,
) -> np.float32:
    """Sum of a middle and of the pairs so far from it on both sides."""
    near = multiply_add(weights[2], two, multiply_add(weights[1], one, weights[0] * middle))
    return multiply_add(weights[4], four, multiply_add(weights[3], three, near))


@inlined
def _note_peaks(
    out: Floats, row: int, least: np.float32, peaks: Floats, count: int, near: NDArray[np.bool_]
) -> int:
    """Append the pixels of a row that are over `least`, and mark the windows that they are in or `near`.

    To look for them in stretches is faster.
    """
    width = len(out)
    for first in range(0, width, WINDOW[1]):
        part = out[first : min(first + WINDOW[1], width)]
        over = np.int32(0)
        for x in range(len(part)):
            over = np.int32(over + np.int32(part[x] > least))
        if over == 0:
            continue
        window = first // WINDOW[1]
        near[window] = True
        for x in range(len(part)):
            if part[x] > least and count < len(peaks):
                peaks[count, 0], peaks[count, 1], peaks[count, 2] = row, first + x, part[x]
                count += 1
                if x < RADIUS and window > 0:
                    near[window - 1] = True
                if x >= WINDOW[1] - RADIUS and window + 1 < len(near):
                    near[window + 1] = True
    return count


@inlined
def _take_samples(out: Floats, row: int, samples: Floats) -> None:
    if row % SAMPLE_ROWS == FIRST_SAMPLE:
        sample = samples[row // SAMPLE_ROWS]
        for column in range(len(sample)):
            sample[column] = out[FIRST_SAMPLE + SAMPLE_COLUMNS * column]


@inlined
def _add(row: Floats, part: np.float32, to_others: bool, mean: Floats) -> None:
    """Add a part of a row to the mean, or begin that with it."""
    if to_others:
        for x in range(len(mean)):
            mean[x] = multiply_add(part, row[x], mean[x])
    else:
        for x in range(len(mean)):
            mean[x] = part * row[x]


@inlined
def _sum_blocks(rows: Floats, down: Floats, out: Floats) -> None:
    """Sums of blocks of 4 x 4 pixels of four rows; `down` is room for work."""
    a, b, c, d = rows[0], rows[1], rows[2], rows[3]
    for x in range(len(down)):
        down[x] = a[x] + b[x] + c[x] + d[x]
    for column in range(len(out)):
        x = BLOCK * column
        out[column] = down[x] + down[x + 1] + down[x + 2] + down[x + 3]

"""The matched filter: at every pixel of an image the signal-to-noise ratio of a point source there.

A few images go through it at once, since they share what they are compared with. A row of the result is
looked at while it is in the cache, for pixels that may be peaks, for a sample of the noise, and for the sums
of blocks that show faint streaks, and then forgotten: to write it down would take as long as to make it. What
is wanted again around the peaks is made again, a tile at a time, with the same bits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined

RADIUS: Final = 4
"""`_down` and `_along` are written for this one."""
BLOCK: Final = 4
"""Rows and columns of a block."""
FIRST_SAMPLE: Final = 5
SAMPLE_ROWS: Final = 17
SAMPLE_COLUMNS: Final = 19
"""Every so many rows and columns: some 7,000 pixels tell level and noise to one part in a hundred."""
SAMPLE: Final = (slice(FIRST_SAMPLE, -RADIUS, SAMPLE_ROWS), slice(FIRST_SAMPLE, -RADIUS, SAMPLE_COLUMNS))
TILE: Final = (16, 40)
"""Rows and columns of a tile."""
_STRETCH: Final = 100
_FWHM_SIGMA: Final = 2.3548

Floats = NDArray[np.float32]


def gaussian(fwhm_pixels: float) -> Floats:
    """One axis of the matched filter, shape (9,), whose squares sum to 1."""
    offsets = np.arange(-RADIUS, RADIUS + 1)
    profile = np.exp(-0.5 * (offsets * _FWHM_SIGMA / fwhm_pixels) ** 2)
    return np.asarray(profile / np.sqrt((profile**2).sum()), dtype=np.float32)


@compiled
def filter_images(
    images: Floats,
    reference: Floats,
    inverse_noise: Floats,
    levels: Floats,
    profile: Floats,
    least: np.float32,
    samples: Floats,
    blocks: Floats,
    peaks: Floats,
    counts: NDArray[np.int64],
) -> None:
    """Filter (image - level - reference) / noise of some images (n, height, width); 0 within 4 of the edges.

    Written for each are `samples` (n, ...) as SAMPLE takes them, sums of 4 x 4 pixels into `blocks`, unless
    that has no rows, and into `peaks` (n, most, 3) row, column and value of the pixels over `least`, row by
    row, the first ones if there are too many, and how many into `counts` (n,).
    """
    number, height, width = images.shape
    ring = np.zeros((number, 9, width), np.float32)
    four = np.zeros((number, BLOCK, width), np.float32)
    down = np.zeros(width, np.float32)
    blocks[:, :1] = blocks[:, (height - RADIUS) // BLOCK :] = np.float32(0)
    counts[:] = 0
    for y in range(height):
        for n in range(number):
            _compare(images[n, y], reference[y], inverse_noise[y], levels[n], ring[n, y % 9])
            if y < 2 * RADIUS:
                continue
            row = y - RADIUS
            out = four[n, row % BLOCK]
            _down(ring[n], y, profile, down)
            _along(down, profile, out[RADIUS : width - RADIUS])
            counts[n] = _note_peaks(out, row, least, peaks[n], counts[n])
            if row % SAMPLE_ROWS == FIRST_SAMPLE:
                sample = samples[n, row // SAMPLE_ROWS]
                for column in range(len(sample)):
                    sample[column] = out[FIRST_SAMPLE + SAMPLE_COLUMNS * column]
            if blocks.shape[1] and row % BLOCK == BLOCK - 1:
                _sum_blocks(four[n], down, blocks[n, row // BLOCK])


@compiled
def filter_tile(
    image: Floats,
    reference: Floats,
    inverse_noise: Floats,
    level: np.float32,
    profile: Floats,
    top: int,
    left: int,
    filtered: Floats,
) -> None:
    """Fill one tile of `filtered` (height, width) with what `filter_images` made of an image there."""
    height, width = image.shape
    bottom, right = min(top + TILE[0], height), min(left + TILE[1], width)
    filtered[top:bottom, left:right] = np.float32(0)
    top, bottom = max(top, RADIUS), min(bottom, height - RADIUS)
    left, right = max(left, RADIUS), min(right, width - RADIUS)
    if top >= bottom or left >= right:
        return
    columns = slice(left - RADIUS, right + RADIUS)
    ring = np.empty((9, right - left + 2 * RADIUS), np.float32)
    down = np.empty(ring.shape[1], np.float32)
    for y in range(top - RADIUS, bottom + RADIUS):
        _compare(image[y, columns], reference[y, columns], inverse_noise[y, columns], level, ring[y % 9])
        if y >= top + RADIUS:
            _down(ring, y, profile, down)
            _along(down, profile, filtered[y - RADIUS, left:right])


@inlined
def _compare(image: Floats, reference: Floats, inverse_noise: Floats, level: np.float32, out: Floats) -> None:
    for x in range(len(out)):
        out[x] = (image[x] - reference[x] - level) * inverse_noise[x]


@inlined
def _down(ring: Floats, y: int, profile: Floats, out: Floats) -> None:
    """Filter along columns; `ring` holds row r of nine rows, of which y is the last, at r % 9.

    Nine rows at once: sums kept in memory from row to row would take three times as long.
    """
    w0, w1, w2, w3, w4 = profile[4], profile[5], profile[6], profile[7], profile[8]
    r0, r1, r2 = ring[(y - 8) % 9], ring[(y - 7) % 9], ring[(y - 6) % 9]
    r3, r4, r5 = ring[(y - 5) % 9], ring[(y - 4) % 9], ring[(y - 3) % 9]
    r6, r7, r8 = ring[(y - 2) % 9], ring[(y - 1) % 9], ring[y % 9]
    for x in range(len(out)):
        near = w0 * r4[x] + w1 * (r3[x] + r5[x]) + w2 * (r2[x] + r6[x])
        out[x] = near + w3 * (r1[x] + r7[x]) + w4 * (r0[x] + r8[x])


@inlined
def _along(row: Floats, profile: Floats, out: Floats) -> None:
    """Filter along a row, which is longer than `out` by 4 on both sides."""
    w0, w1, w2, w3, w4 = profile[4], profile[5], profile[6], profile[7], profile[8]
    c0, c1, c2, c3, c4 = row[0:], row[1:], row[2:], row[3:], row[4:]
    c5, c6, c7, c8 = row[5:], row[6:], row[7:], row[8:]
    for x in range(len(out)):
        near = w0 * c4[x] + w1 * (c3[x] + c5[x]) + w2 * (c2[x] + c6[x])
        out[x] = near + w3 * (c1[x] + c7[x]) + w4 * (c0[x] + c8[x])


@inlined
def _note_peaks(out: Floats, row: int, least: np.float32, peaks: Floats, count: int) -> int:
    """Append the pixels of a row that are over `least`: to look for them in stretches is faster."""
    width = len(out)
    for first in range(0, width, _STRETCH):
        part = out[first : min(first + _STRETCH, width)]
        over = np.int32(0)
        for x in range(len(part)):
            over = np.int32(over + np.int32(part[x] > least))
        if over == 0:
            continue
        for x in range(len(part)):
            if part[x] > least and count < len(peaks):
                peaks[count, 0], peaks[count, 1], peaks[count, 2] = row, first + x, part[x]
                count += 1
    return count


@inlined
def _sum_blocks(rows: Floats, down: Floats, out: Floats) -> None:
    """Sums of blocks of 4 x 4 pixels of four rows; `down` is room for work."""
    a, b, c, d = rows[0], rows[1], rows[2], rows[3]
    for x in range(len(down)):
        down[x] = a[x] + b[x] + c[x] + d[x]
    for column in range(len(out)):
        x = BLOCK * column
        out[column] = down[x] + down[x + 1] + down[x + 2] + down[x + 3]

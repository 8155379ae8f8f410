"""Points of one frame: where its difference from the sky that stays looks like the PSF, or like a streak.

A matched filter gives the signal-to-noise ratio of a point source at every pixel. Around each maximum over 4
sigma, pixels over 2.8 sigma with gaps of a pixel belong to it: so the light of an object that moves by more
than its PSF in one exposure is one point with a length and a direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.faint_streaks import BLOCK, faint_streaks

PEAK_SIGMA: Final = 4.0
EDGE_SIGMA: Final = 2.8
LEAST_SCALE: Final = 0.9
"""Of the noise that light and readout explain."""
FILTER_RADIUS: Final = 4
"""`_filter` is written for this one."""
MOST_POINTS_A_FRAME: Final = 4000
LONG_PIXELS: Final = 4.0
"""From this length on a point is a streak, placed by the mean of its light, not by its peak."""
_LARGEST_AREA: Final = 20000
SAMPLE: Final = (slice(5, -4, 17), slice(5, -4, 19))
"""Some 7,000 pixels tell level and noise of a frame to one part in a hundred."""
_STRETCH: Final = 100
_FWHM_SIGMA: Final = 2.3548

POINT_TYPE: Final = np.dtype(
    [
        ("frame", np.int64),
        ("x", np.float64),
        ("y", np.float64),
        ("snr", np.float64),
        ("length", np.float64),
        ("angle", np.float64),
        ("area", np.int64),
    ]
)
"""A point: frame, 0-based pixel of its middle, signal-to-noise ratio of its peak as a point source, length in
pixels (0: round) with the angle of its axis to the x axis (radian, -pi/2 to pi/2), area in pixels (of a faint
streak 0, and its ratio is that of the whole)."""


def gaussian(fwhm_pixels: float) -> NDArray[np.float32]:
    """One axis of the matched filter, shape (9,), whose squares sum to 1."""
    offsets = np.arange(-FILTER_RADIUS, FILTER_RADIUS + 1)
    profile = np.exp(-0.5 * (offsets * _FWHM_SIGMA / fwhm_pixels) ** 2)
    return np.asarray(profile / np.sqrt((profile**2).sum()), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Filtered:
    """A matched-filtered difference, of which the arrays are the same for each image.

    `image` (height, width) is 0 in pixels that aren't to be trusted, and `scale` is its noise. `bright` tells
    by row and stretch of 100 columns where a peak may be; `blocks` are sums of 4 x 4 pixels, if asked for.
    """

    number: int
    image: NDArray[np.float32]
    scale: float
    bright: NDArray[np.bool_]
    blocks: NDArray[np.float32]
    visited: NDArray[np.bool_]


def detect(
    images: NDArray[np.float32], difference: Difference, fwhm_pixels: float, noise_factor: float
) -> NDArray[np.void]:
    """Points of POINT_TYPE in each of `images` (n, 1128, 2000), whose noise is `noise_factor` of a frame's.

    Not more than the 4,000 first of a frame: one with more is full of trouble, such as a cloud's edge.
    """
    filtered_images = _filtered(images, difference, gaussian(fwhm_pixels), noise_factor, 0)
    return _joined([_points_of(filtered) for filtered in filtered_images])


def detect_with_streaks(
    difference: Difference, fwhm_pixels: float
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Points in each frame, and what only a filter for streaks sees (`faint_streaks`), both of POINT_TYPE.

    A bright streak is among both.
    """
    profile = gaussian(fwhm_pixels)
    points, streaks = [], []
    for filtered in _filtered(difference.frames, difference, profile, 1.0, BLOCK):
        points.append(_points_of(filtered))
        found = faint_streaks(filtered.blocks, filtered.scale, profile)
        streaks.append(_as_points(filtered.number, found, ("x", "y", "snr", "length", "angle")))
    return _joined(points), _joined(streaks)


def _filtered(
    images: NDArray[np.float32],
    difference: Difference,
    profile: NDArray[np.float32],
    noise_factor: float,
    block: int,
) -> Iterator[Filtered]:
    """Matched-filtered difference of each image that has any noise; `block` is 4, or 0 for no sums."""
    height, width = difference.reference.shape
    image = np.zeros((height, width), np.float32)
    visited = np.empty((height, width), np.bool_)
    bright = np.empty((height, -(-width // _STRETCH)), np.bool_)
    blocks = np.empty((height // block, width // block) if block else (0, 0), np.float32)
    reference, trusted = difference.reference[SAMPLE], difference.inverse_noise[SAMPLE] > 0
    # Noise as it is may exceed what light and readout explain, and must not be less.
    least = LEAST_SCALE * noise_factor
    peak = np.float32(PEAK_SIGMA * least)
    for number, each in enumerate(images):
        sample = (each[SAMPLE] - reference)[trusted]
        level = float(np.partition(sample, sample.size // 2)[sample.size // 2]) if sample.size else 0.0
        _filter(
            each, difference.reference, difference.inverse_noise, level, profile, peak, image, bright, blocks
        )
        sigma = _sigma(image[SAMPLE])
        if sigma > 0:
            yield Filtered(number, image, max(sigma, least), bright, blocks, visited)


def _points_of(filtered: Filtered) -> NDArray[np.void]:
    table = np.empty((MOST_POINTS_A_FRAME, 6))
    scale, visited = filtered.scale, filtered.visited
    visited[:] = False
    peak, edge = PEAK_SIGMA * scale, EDGE_SIGMA * scale
    count = _points(filtered.image, filtered.bright, visited, peak, edge, table)
    points = _as_points(filtered.number, table[:count], ("x", "y", "snr", "length", "angle", "area"))
    points["snr"] /= scale
    return points


def _as_points(number: int, table: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.void]:
    points = np.zeros(len(table), POINT_TYPE)
    points["frame"] = number
    for column, name in enumerate(names):
        points[name] = table[:, column]
    return points


def _joined(parts: list[NDArray[np.void]]) -> NDArray[np.void]:
    return np.concatenate(parts) if parts else np.zeros(0, POINT_TYPE)


def _sigma(values: NDArray[np.float32]) -> float:
    """Standard deviation of most of the values that aren't 0, from their quartiles."""
    some = values[values != 0]
    if some.size < 100:
        return 0.0
    quarter = some.size // 4
    ordered = np.sort(some)
    return float(ordered[some.size - 1 - quarter] - ordered[quarter]) / 1.349


@compiled
def _filter(
    image: NDArray[np.float32],
    reference: NDArray[np.float32],
    inverse_noise: NDArray[np.float32],
    level: float,
    profile: NDArray[np.float32],
    peak: np.float32,
    filtered: NDArray[np.float32],
    bright: NDArray[np.bool_],
    blocks: NDArray[np.float32],
) -> None:
    """Matched filter of (image - reference - level) / noise; 0 within its radius of the edges.

    A row is looked at again while it is in the cache: for pixels over `peak`, and for the sums of blocks.
    """
    height, width = image.shape
    offset = np.float32(level)
    w0, w1, w2, w3, w4 = profile[4], profile[5], profile[6], profile[7], profile[8]
    ring = np.zeros((9, width), dtype=np.float32)
    across = np.zeros(width, dtype=np.float32)
    filtered[:4] = filtered[height - 4 :] = np.float32(0)
    bright[:4] = bright[height - 4 :] = False
    blocks[:1] = blocks[(height - 4) // BLOCK :] = np.float32(0)
    for y in range(height):
        row = ring[y % 9]
        for x in range(width):
            row[x] = (image[y, x] - reference[y, x] - offset) * inverse_noise[y, x]
        if y < 8:
            continue
        # Nine rows at once: sums kept in memory from row to row would take three times as long.
        r0, r1, r2 = ring[(y - 8) % 9], ring[(y - 7) % 9], ring[(y - 6) % 9]
        r3, r4, r5 = ring[(y - 5) % 9], ring[(y - 4) % 9], ring[(y - 3) % 9]
        r6, r7, r8 = ring[(y - 2) % 9], ring[(y - 1) % 9], ring[y % 9]
        for x in range(width):
            near = w0 * r4[x] + w1 * (r3[x] + r5[x]) + w2 * (r2[x] + r6[x])
            across[x] = near + w3 * (r1[x] + r7[x]) + w4 * (r0[x] + r8[x])
        out = filtered[y - 4]
        out[:4] = out[width - 4 :] = np.float32(0)
        inside = out[4 : width - 4]
        c0, c1, c2, c3, c4 = across[0:], across[1:], across[2:], across[3:], across[4:]
        c5, c6, c7, c8 = across[5:], across[6:], across[7:], across[8:]
        for x in range(len(inside)):
            near = w0 * c4[x] + w1 * (c3[x] + c5[x]) + w2 * (c2[x] + c6[x])
            inside[x] = near + w3 * (c1[x] + c7[x]) + w4 * (c0[x] + c8[x])
        for stretch in range(bright.shape[1]):
            over = np.int32(0)
            part = out[stretch * _STRETCH : (stretch + 1) * _STRETCH]
            for x in range(len(part)):
                over = np.int32(over + np.int32(part[x] > peak))
            bright[y - 4, stretch] = over > 0
        if len(blocks) and (y - 4) % BLOCK == BLOCK - 1:
            _sum_blocks(filtered[y - 7 : y - 3], across, blocks[(y - 4) // BLOCK])


@inlined
def _sum_blocks(rows: NDArray[np.float32], down: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Sums of blocks of 4 x 4 pixels of four rows; `down` is room for work."""
    a, b, c, d = rows[0], rows[1], rows[2], rows[3]
    for x in range(len(down)):
        down[x] = a[x] + b[x] + c[x] + d[x]
    for column in range(len(out)):
        x = BLOCK * column
        out[column] = down[x] + down[x + 1] + down[x + 2] + down[x + 3]


@compiled
def _points(
    filtered: NDArray[np.float32],
    bright: NDArray[np.bool_],
    visited: NDArray[np.bool_],
    peak: float,
    edge: float,
    table: NDArray[np.float64],
) -> int:
    """Fill `table` with x, y, peak, length, angle and area of each point; how many there are."""
    height, width = filtered.shape
    threshold = np.float32(peak)
    count = 0
    stack = np.empty((_LARGEST_AREA, 2), dtype=np.int32)
    for y in range(1, height - 1):
        for stretch in range(bright.shape[1]):
            if not bright[y, stretch]:
                continue
            first = stretch * _STRETCH
            for x in range(max(1, first), min(width - 1, first + _STRETCH)):
                if filtered[y, x] <= threshold or visited[y, x]:
                    continue
                if count == len(table):
                    return count
                _measure(filtered, visited, y, x, edge, stack, table[count])
                count += 1
    return count


@compiled
def _measure(
    filtered: NDArray[np.float32],
    visited: NDArray[np.bool_],
    y_start: int,
    x_start: int,
    edge: float,
    stack: NDArray[np.int32],
    out: NDArray[np.float64],
) -> None:
    """Fill `out` with what belongs to one pixel over the threshold: see POINT_TYPE."""
    height, width = filtered.shape
    stack[0, 0], stack[0, 1] = y_start, x_start
    visited[y_start, x_start] = True
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
                if not visited[yy, xx] and filtered[yy, xx] > edge and top < len(stack):
                    visited[yy, xx] = True
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

"""A slow object that passes over a star: what moves and what stays are fitted together.

Its points are pushed off its way by what the star leaves in the difference. Here each pixel of its
surroundings may hold any light that stays, and a PSF runs through it at a constant rate; what stays drops out
when the mean over time is taken off both the frames and the PSF.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.track import Channel, Track
from tomoe_es.reduction.near_frames import GROUPS

Array = NDArray[np.float64]

RADIUS: Final = 6
LARGEST_RADIUS: Final = 16
ROUNDS: Final = 12
CONVERGED_PIXELS: Final = 0.01
LARGEST_STEP: Final = np.array([1.0, 1.0, 0.2, 0.2])
"""Pixels, and pixels a frame."""
LEAST_SIGNAL_TO_NOISE: Final = 7.0
FARTHEST_PIXELS: Final = 5.0
OFFSETS: Final = (-3.0, -1.5, 0.0, 1.5, 3.0)
RATES: Final = (-0.2, 0.0, 0.2)
"""Where else than on the line of its points it is looked for, pixels and pixels a frame."""
SLOWEST_START: Final = 0.1
ANY_OFFSETS: Final = np.arange(-6.0, 7.0, 1.5)
ANY_RATES: Final = np.arange(-0.6, 0.7, 0.2)
"""Where anything that moves is looked for about a place, pixels and pixels a frame."""
WITHIN_GROUP: Final = (-1 / 3, 0.0, 1 / 3)
FWHM_SIGMA: Final = 2.3548


class Motion(NamedTuple):
    """Place in the middle of the exposure, and rate a frame, in pixels."""

    x: float
    y: float
    vx: float
    vy: float


class _Surroundings(NamedTuple):
    """Pixels `u`, `v` about an object, what isn't steady there in units of its noise (6, height, width), one
    over the noise of a group's pixel, and the time `away` (6,) of each group from the middle, in frames."""

    u: Array
    v: Array
    change: Array
    inverse_noise: Array
    away: Array
    sigma: float


def fit_over_stars(
    channel: Channel, difference: Difference, start: Motion, fwhm_pixels: float, score: float
) -> Track | None:
    """The track of what moves near a start; None when nothing does, or not near it."""
    around = _surroundings(difference, start, fwhm_pixels)
    if around is None:
        return None
    motion = _best_start(around, start)
    for _ in range(ROUNDS):
        flux, gradient, covariance = _linearised(around, motion)
        if covariance is None or not flux > 0:
            return None
        step = np.clip((covariance @ gradient)[1:] / flux, -LARGEST_STEP, LARGEST_STEP)
        motion = Motion(*(float(value) for value in motion + step))
        if max(abs(step)) < CONVERGED_PIXELS:
            break
    flux, _, covariance = _linearised(around, motion)
    if covariance is None or not flux > LEAST_SIGNAL_TO_NOISE * np.sqrt(covariance[0, 0]):
        return None
    if np.hypot(motion.x - start.x, motion.y - start.y) > FARTHEST_PIXELS:
        return None
    of_frame = around.inverse_noise.max() * difference.group_noise
    frame, middle = difference.group_frames, float(difference.group_frames.mean())
    x0, y0 = motion.x - motion.vx * middle, motion.y - motion.vy * middle
    place_error = float(np.sqrt(covariance[1, 1] + covariance[2, 2]) / flux)
    return Track(
        channel=channel,
        frame=frame,
        x=x0 + motion.vx * frame,
        y=y0 + motion.vy * frame,
        x0=x0,
        y0=y0,
        vx=motion.vx,
        vy=motion.vy,
        rms_pixels=place_error * math.sqrt(GROUPS),
        snr=float(flux * of_frame / (np.sqrt(4 * np.pi) * around.sigma)),
        score=score,
    )


def strongest_about(
    difference: Difference, x_at: float, y_at: float, fwhm_pixels: float
) -> tuple[Motion, float]:
    """Of all that may move about a place: motion and signal-to-noise ratio of what stands out most."""
    here = Motion(x_at, y_at, 0.0, 0.0)
    around = _surroundings(difference, here, fwhm_pixels, LARGEST_RADIUS)
    if around is None:
        return here, 0.0
    sigma = around.sigma
    light = gaussian_filter(around.change * around.inverse_noise, (0.0, sigma, sigma), mode="constant")
    squared = gaussian_filter(around.inverse_noise**2, sigma / math.sqrt(2), mode="constant")
    x, y, vx, vy = _grid(here, ANY_OFFSETS, ANY_RATES)
    column = np.clip(np.rint(x + vx * around.away - around.u[0]).astype(int), 0, len(around.u) - 1)
    row = np.clip(np.rint(y + vy * around.away - around.v[0]).astype(int), 0, len(around.v) - 1)
    signal = light[np.arange(GROUPS), row, column].sum(axis=1)
    information = squared[row, column].sum(axis=1) / (4 * np.pi * sigma**2)
    noise = np.sqrt(np.maximum(information * (1 - _steady(around, vx, vy)), 1e-12))
    best = int(np.argmax(signal / noise))
    motion = Motion(*(float(each[best, 0]) for each in (x, y, vx, vy)))
    return motion, float(signal[best] / noise[best])


def _surroundings(
    difference: Difference, start: Motion, fwhm_pixels: float, radius: int | None = None
) -> _Surroundings | None:
    """None where no pixel of the chip is near."""
    frames = difference.group_frames
    away = frames - frames.mean()
    reach = np.hypot(start.vx, start.vy) * np.ptp(frames) / 2
    radius = radius or min(LARGEST_RADIUS, int(np.ceil(RADIUS + reach)))
    rows, columns = (
        np.arange(max(round(middle) - radius, 0), min(round(middle) + radius + 1, size))
        for middle, size in zip((start.y, start.x), difference.reference.shape, strict=True)
    )
    if not (len(rows) and len(columns)):
        return None
    area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    groups = np.array([difference.group(number, area) for number in range(GROUPS)], np.float64)
    inverse_noise = difference.inverse_noise[area].astype(np.float64) / difference.group_noise
    change = (groups - groups.mean(axis=0)) * inverse_noise
    sigma = fwhm_pixels / FWHM_SIGMA
    return _Surroundings(columns.astype(float), rows.astype(float), change, inverse_noise, away, sigma)


def _best_start(around: _Surroundings, start: Motion) -> Motion:
    """That of some motions about a start with the best signal-to-noise ratio, were the noise alike all over.

    What isn't steady sums to nothing over time, so that what of the PSF is steady needn't be taken off.
    """
    x, y, vx, vy = _grid(start, OFFSETS, RATES)
    du = around.u - (x + vx * around.away)[:, :, None]
    dv = around.v - (y + vy * around.away)[:, :, None]
    along, across = (np.exp(-0.5 * (each / around.sigma) ** 2) for each in (du, dv))
    weighted = around.change * around.inverse_noise
    signal = np.einsum("ngv,gvu,ngu->n", across, weighted, along, optimize=True)
    best = int(np.argmax(signal / np.sqrt(1 - _steady(around, vx, vy))))
    return Motion(*(float(each[best, 0]) for each in (x, y, vx, vy)))


def _grid(start: Motion, offsets: Sequence[float] | Array, rates: Sequence[float] | Array) -> list[Array]:
    """Motions about a start: x, y, vx, vy, each (n, 1)."""
    steps = np.meshgrid(offsets, offsets, rates, rates, indexing="ij")
    return [here + each.reshape(-1, 1) for here, each in zip(start, steps, strict=True)]


def _steady(around: _Surroundings, vx: Array, vy: Array) -> Array:
    """Part of a moving PSF that stays, (n,), of rates (n, 1)."""
    speed = np.maximum(np.hypot(vx, vy), SLOWEST_START)
    apart = np.abs(around.away[:, None] - around.away).reshape(1, -1) * speed
    return np.asarray(np.exp(-((apart / around.sigma) ** 2) / 4).mean(axis=1))


def _templates(around: _Surroundings, motion: Motion) -> Array:
    """The moving PSF without what of it is steady, and its slopes by the four of the motion, in units of
    noise: (5, 6, height, width)."""
    step = around.away[1] - around.away[0]
    found = np.zeros((5, *around.change.shape))
    for part in WITHIN_GROUP:
        time = around.away + part * step
        du = (around.u - (motion.x + motion.vx * time)[:, None])[:, None, :]
        dv = (around.v - (motion.y + motion.vy * time)[:, None])[:, :, None]
        psf = np.exp(-0.5 * (du / around.sigma) ** 2) * np.exp(-0.5 * (dv / around.sigma) ** 2)
        psf /= 2 * np.pi * around.sigma**2 * len(WITHIN_GROUP)
        by_x, by_y = psf * du / around.sigma**2, psf * dv / around.sigma**2
        later = time[:, None, None]
        for total, each in zip(found, (psf, by_x, by_y, by_x * later, by_y * later), strict=True):
            total += each
    found -= found.mean(axis=1, keepdims=True)
    return np.asarray(found * around.inverse_noise)


def _linearised(around: _Surroundings, motion: Motion) -> tuple[float, Array, Array | None]:
    """Flux of what moves so, gradient (5,) of what it leaves by flux and motion times flux, and covariance of
    these five; None where they can't be told apart."""
    templates = _templates(around, motion).reshape(5, -1)
    normal = templates @ templates.T
    if not normal[0, 0] > 0 or np.linalg.cond(normal) > 1e12:
        return 0.0, np.zeros(5), None
    change = around.change.reshape(-1)
    flux = float(templates[0] @ change) / float(normal[0, 0])
    gradient = templates @ (change - flux * templates[0])
    return flux, np.asarray(gradient), np.asarray(np.linalg.inv(normal))

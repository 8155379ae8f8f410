"""Following a slow object through means of near frames, with the light of the sky alone taken away.

What stays, which is taken from the frames to find points, holds a part of an object so slow and pushes its
points apart. Here its PSF is fitted to the light itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.track import Track

RADIUS: Final = 5
FWHM_SIGMA: Final = 2.3548
ROUNDS: Final = 8
CONVERGED_PIXELS: Final = 0.01

Array = NDArray[np.float64]


def follow(
    difference: Difference, x: float, y: float, vx: float, vy: float, fwhm_pixels: float
) -> Track | None:
    """The track, without a score, of what is at `x`, `y` in the middle of the exposure, at rate `vx`, `vy`.

    None when its centres don't lie on a line or its light changes, as what is left of a star or a blend does.
    """
    frames = difference.group_frames
    sky = float(np.median(difference.reference[::37, ::41]))
    places = []
    for group, frame in enumerate(frames):
        away = frame - frames.mean()
        place = _fit_psf(difference, group, sky, x + vx * away, y + vy * away, fwhm_pixels)
        if place is None:
            return None
        places.append(place)
    xs, ys, flux, snr = np.array(places).T
    (vx, x0), (vy, y0) = np.polyfit(frames, xs, 1), np.polyfit(frames, ys, 1)
    rms = float(np.sqrt(((xs - x0 - vx * frames) ** 2 + (ys - y0 - vy * frames) ** 2).mean()))
    travelled = float(np.hypot(vx, vy)) * float(frames[-1] - frames[0])
    group_snr = snr.mean() / difference.group_noise
    steady = np.ptp(flux) < (0.6 + 6 / max(group_snr, 1.0)) * flux.mean()
    if rms > max(0.3 * travelled, 3.0 * fwhm_pixels / group_snr) or not steady:
        return None
    return Track(
        channel="drift",
        frame=frames,
        x=xs,
        y=ys,
        x0=float(x0),
        y0=float(y0),
        vx=float(vx),
        vy=float(vy),
        rms_pixels=rms,
        snr=float(snr.mean()),
        score=0.0,
    )


def _fit_psf(
    difference: Difference,
    group: int,
    sky: float,
    x: float,
    y: float,
    fwhm_pixels: float,
) -> tuple[float, float, float, float] | None:
    """Centre, flux and signal-to-noise ratio in one frame of a source near a place in a group's mean, by
    Gauss-Newton steps."""
    flux = snr = 0.0
    height, width = difference.reference.shape
    for _ in range(ROUNDS):
        if not (RADIUS < x < width - RADIUS - 1 and RADIUS < y < height - RADIUS - 1):
            return None
        area, psf, along_x, along_y = _window(x, y, fwhm_pixels)
        weight = difference.inverse_noise[area].astype(np.float64)
        templates = np.stack([psf * weight, along_x * weight, along_y * weight]).reshape(3, -1)
        normal = templates @ templates.T
        if np.linalg.cond(normal) > 1e12:
            return None
        light = ((difference.group(group, area) - sky) * weight).reshape(-1)
        flux, x_part, y_part = (float(part) for part in np.linalg.solve(normal, templates @ light))
        snr = flux * float(np.sqrt(normal[0, 0]))
        if flux <= 0:
            return None
        step_x, step_y = np.clip([-x_part / flux, -y_part / flux], -1.0, 1.0)
        x, y = x + float(step_x), y + float(step_y)
        if max(abs(step_x), abs(step_y)) < CONVERGED_PIXELS:
            break
    return x, y, flux, snr


def _window(x: float, y: float, fwhm_pixels: float) -> tuple[tuple[slice, slice], Array, Array, Array]:
    """The pixels about a place, and the PSF of unit sum and its slopes along x and y there."""
    column, row = round(x), round(y)
    area = (slice(row - RADIUS, row + RADIUS + 1), slice(column - RADIUS, column + RADIUS + 1))
    v, u = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].astype(np.float64)
    u, v = u - (x - column), v - (y - row)
    sigma = fwhm_pixels / FWHM_SIGMA
    psf = np.exp(-(u**2 + v**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    return area, psf, -u / sigma**2 * psf, -v / sigma**2 * psf

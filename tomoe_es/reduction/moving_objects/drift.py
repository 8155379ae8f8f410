"""Objects so slow that they are sources of the stack: those whose light moves while the stars' stays.

The means of six parts of the exposure, weighted by their time from its middle, add up to an image in which
everything steady cancels. An object of flux F at rate v leaves -F v sum(t^2) times the slope of its PSF
there, which a matched filter of that slope measures for every source of the stack: a signal-to-noise ratio of
5 a frame and a tenth of a pixel a frame make six sigma.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.photometry import TRUNCATED

SLOWEST_PIXELS_A_FRAME: Final = 0.05
FASTEST_PIXELS_A_FRAME: Final = 0.6
UNSTEADY_PIXELS_A_FRAME: Final = 0.006
"""What seeing and blends may feign for a star, however bright."""
LEAST_CHI_SQUARED: Final = 26.0
"""Of two degrees of freedom: chance reaches it once in 440,000 sources."""
RADIUS: Final = 5
_FWHM_SIGMA: Final = 2.3548

Array = NDArray[np.float64]
Window = tuple[tuple[slice, slice], Array, Array, Array]


def drifting(difference: Difference, sources: NDArray[np.void], fwhm_pixels: float) -> list[Track]:
    """Tracks of the sources (photometry.SOURCE_TYPE) of the stack that move, the fastest drifts excepted."""
    t = difference.group_frames - difference.group_frames.mean()
    spread = float(t @ t)
    good = (sources["flags"] & TRUNCATED == 0) & ~sources["saturated"] & (sources["flux"] > 0)
    sources = sources[good & _inside(sources, difference.reference.shape)]
    if len(sources) < 2:
        return []
    group_noise = np.sqrt(len(difference.groups) / len(difference.frames))
    measured = np.array([_slopes(difference, t, source["x"], source["y"], fwhm_pixels) for source in sources])
    flux = np.array(sources["flux"], dtype=np.float64)
    v = -measured[:, :2] / (flux * spread)[:, None]
    error = measured[:, 2] * group_noise / (flux * np.sqrt(spread))
    bright = error < 3 * UNSTEADY_PIXELS_A_FRAME
    if np.count_nonzero(bright) >= 10:
        v -= np.median(v[bright], axis=0)  # the telescope's own drift
    tracks = []
    for source, (vx, vy), sigma in zip(sources, v, error, strict=True):
        speed = float(np.hypot(vx, vy))
        chi_squared = speed**2 / (sigma**2 + UNSTEADY_PIXELS_A_FRAME**2)
        if chi_squared > LEAST_CHI_SQUARED and speed > SLOWEST_PIXELS_A_FRAME:
            track = _follow(difference, source, float(vx), float(vy), fwhm_pixels, chi_squared, len(sources))
            if track is not None:
                tracks.append(track)
    return tracks


def _inside(sources: NDArray[np.void], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    margin = 2 * RADIUS + 2
    x, y = sources["x"], sources["y"]
    return np.asarray((x > margin) & (x < shape[1] - margin) & (y > margin) & (y < shape[0] - margin))


def _window(x: float, y: float, fwhm_pixels: float) -> Window:
    """The pixels about a place, and the PSF of unit sum and its slopes along x and y there."""
    column, row = round(x), round(y)
    area = (slice(row - RADIUS, row + RADIUS + 1), slice(column - RADIUS, column + RADIUS + 1))
    v, u = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].astype(np.float64)
    u, v = u - (x - column), v - (y - row)
    sigma = fwhm_pixels / _FWHM_SIGMA
    psf = np.exp(-(u**2 + v**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    return area, psf, -u / sigma**2 * psf, -v / sigma**2 * psf


def _slopes(
    difference: Difference, t: NDArray[np.float64], x: float, y: float, fwhm_pixels: float
) -> tuple[float, float, float]:
    """How much of the PSF's slopes along x and y the weighted sum holds, and their noise a unit t."""
    area, _, along_x, along_y = _window(x, y, fwhm_pixels)
    changes = np.tensordot(t, difference.groups[(slice(None), *area)], axes=1)
    weight = difference.inverse_noise[area].astype(np.float64) ** 2
    information = float((weight * along_x**2).sum()), float((weight * along_y**2).sum())
    if min(information) <= 0:
        return 0.0, 0.0, np.inf
    return (
        float((weight * changes * along_x).sum()) / information[0],
        float((weight * changes * along_y).sum()) / information[1],
        float(1 / np.sqrt(min(information))),
    )


def _follow(
    difference: Difference,
    source: np.void,
    vx: float,
    vy: float,
    fwhm_pixels: float,
    chi_squared: float,
    sources: int,
) -> Track | None:
    """Centre and flux of a drifting source in each group, from where the drift has it; a line through them.

    None when the centres don't lie on a line: what changed is something else, such as a blend's brightness.
    """
    frames, places = difference.group_frames, []
    middle = frames.mean()
    sky = float(np.median(difference.reference[::37, ::41]))
    for group, frame in zip(difference.groups, frames, strict=True):
        x, y = source["x"] + vx * (frame - middle), source["y"] + vy * (frame - middle)
        flux = snr = 0.0
        for _ in range(8):
            if not (RADIUS < x < group.shape[1] - RADIUS - 1 and RADIUS < y < group.shape[0] - RADIUS - 1):
                return None
            area, psf, along_x, along_y = _window(x, y, fwhm_pixels)
            weight = difference.inverse_noise[area].astype(np.float64)
            light = (group[area] - sky) * weight
            templates = np.stack([psf * weight, along_x * weight, along_y * weight]).reshape(3, -1)
            normal = templates @ templates.T
            if np.linalg.cond(normal) > 1e12:
                return None
            flux, x_part, y_part = np.linalg.solve(normal, templates @ light.reshape(-1))
            snr = flux * np.sqrt(normal[0, 0])
            if flux <= 0:
                return None
            step_x, step_y = np.clip([-x_part / flux, -y_part / flux], -1.0, 1.0)
            x, y = x + step_x, y + step_y
            if max(abs(step_x), abs(step_y)) < 0.01:
                break
        places.append((x, y, flux, snr))
    x, y, flux, snr = np.array(places).T
    (vx, x0), (vy, y0) = np.polyfit(frames, x, 1), np.polyfit(frames, y, 1)
    rms = float(np.sqrt(((x - x0 - vx * frames) ** 2 + (y - y0 - vy * frames) ** 2).mean()))
    travelled = np.hypot(vx, vy) * (frames[-1] - frames[0])
    steady = np.ptp(flux) < 0.6 * flux.mean() + 6 * flux.mean() / max(snr.mean() * 1.7, 1.0)
    if not SLOWEST_PIXELS_A_FRAME < np.hypot(vx, vy) < FASTEST_PIXELS_A_FRAME:
        return None
    if rms > max(0.3 * travelled, 3.0 * fwhm_pixels / (snr.mean() * np.sqrt(3))) or not steady:
        return None
    score = float(chi_squared / 2 / np.log(10) - np.log10(sources))
    return Track(
        "drift",
        frames,
        x,
        y,
        float(x0),
        float(y0),
        float(vx),
        float(vy),
        rms,
        float(snr.mean()),
        float(flux.mean()),
        score,
    )

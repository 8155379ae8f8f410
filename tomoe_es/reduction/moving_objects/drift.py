"""Objects so slow that they are sources of the stack: those whose light moves while the stars' stays.

The means of six parts of the exposure, weighted by their time from its middle, add up to an image in which
everything steady cancels. An object of flux F at rate v leaves -F v sum(t^2) times the slope of its PSF
there, which a matched filter of that slope measures for every source of the stack: a signal-to-noise ratio of
5 a frame and a tenth of a pixel a frame make six sigma.

Two things feign a drift: a cosmic ray beside a star, which is in one frame only, and something that comes
by and is too faint, or too much among stars, to be found. What rests on one part of the exposure is no drift,
nor what another motion explains far better.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tomoe_es.compiled import compiled
from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.detection import detect
from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.following import FWHM_SIGMA, RADIUS, follow
from tomoe_es.reduction.moving_objects.over_stars import strongest_about
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.near_frames import GROUPS, group_times
from tomoe_es.reduction.single_sources import TRUNCATED

SLOWEST_PIXELS_A_FRAME: Final = 0.05
FASTEST_PIXELS_A_FRAME: Final = 0.6
UNSTEADY_PIXELS_A_FRAME: Final = 0.006
"""What seeing and blends may feign for a star, however bright."""
FAINTEST_SIGMA: Final = 8.0
LEAST_PART_WITHOUT_ONE: Final = 0.2
"""So much of a drift's chi squared is left without any one group: 0.57 on average without the first or last,
next to nothing where a cosmic ray in one frame made all of it."""
OTHER_PLACE_PIXELS: Final = 2.5
OTHER_RATE_PIXELS_A_FRAME: Final = 0.25
MUCH_MORE: Final = 2.0
"""From so far on it is another motion than a drift's, and so strong that the drift is its doing."""
LEAST_CHI_SQUARED: Final = 26.0
"""Of two degrees of freedom: chance reaches it once in 440,000 sources."""


def drifting(difference: Difference, sources: NDArray[np.void], fwhm_pixels: float) -> list[Track]:
    """Tracks of the sources (photometry.SOURCE_TYPE) of the stack that move, the fastest drifts excepted."""
    x, y, flux = _sources(difference, sources, fwhm_pixels)
    if len(x) < 2:
        return []
    v, error = _rates(difference, x, y, flux, fwhm_pixels)
    bright = error < 3 * UNSTEADY_PIXELS_A_FRAME
    of_telescope = np.median(v[bright], axis=0) if np.count_nonzero(bright) >= 10 else np.zeros(2)
    v -= of_telescope
    chi_squared = _chi_squared(v, error)
    tracks = []
    for i in np.flatnonzero((chi_squared > LEAST_CHI_SQUARED) & (np.hypot(*v.T) > SLOWEST_PIXELS_A_FRAME)):
        track = follow(difference, float(x[i]), float(y[i]), float(v[i, 0]), float(v[i, 1]), fwhm_pixels)
        if track is None or not SLOWEST_PIXELS_A_FRAME < track.pixels_a_frame < FASTEST_PIXELS_A_FRAME:
            continue
        without_one = _rates_without_one(difference, float(x[i]), float(y[i]), float(flux[i]), fwhm_pixels)
        least = min(float(_chi_squared(rate - of_telescope, of_rate)[0]) for rate, of_rate in without_one)
        if least < LEAST_PART_WITHOUT_ONE * chi_squared[i]:
            continue
        if _is_dragged(difference, track, float(chi_squared[i]), fwhm_pixels):
            continue
        score = float(chi_squared[i] / 2 / np.log(10) - np.log10(len(x)))
        tracks.append(replace(track, score=score))
    return tracks


def _rates(
    difference: Difference,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    flux: NDArray[np.float64],
    fwhm_pixels: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates (n, 2) of sources, pixels a frame, and the error of each axis."""
    t = group_times(difference.group_edges)
    return _rates_of(difference.trend, (0, 0), t, difference, x, y, flux, fwhm_pixels)


def _rates_without_one(
    difference: Difference, x: float, y: float, flux: float, fwhm_pixels: float
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The same of one source, without each of the groups in turn."""
    t = group_times(difference.group_edges)
    top, left = round(y) - RADIUS, round(x) - RADIUS
    area = slice(top, top + 2 * RADIUS + 1), slice(left, left + 2 * RADIUS + 1)
    groups = np.array([difference.group(number, area) for number in range(GROUPS)])
    here = np.array([x]), np.array([y]), np.array([flux])
    for left_out in range(GROUPS):
        some = t - np.delete(t, left_out).mean()
        some[left_out] = 0.0
        trend = np.tensordot(some.astype(np.float32), groups, axes=1)
        yield _rates_of(trend, (top, left), some, difference, *here, fwhm_pixels)


def _rates_of(
    trend: NDArray[np.float32],
    corner: tuple[int, int],
    t: NDArray[np.float64],
    difference: Difference,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    flux: NDArray[np.float64],
    fwhm_pixels: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates from the sum of the groups by weights `t`, a plane whose first pixel is the `corner`."""
    spread = float(t @ t)
    measured = np.zeros((len(x), 3))
    _slopes(trend, corner, difference.inverse_noise, x, y, fwhm_pixels / FWHM_SIGMA, measured)
    error = measured[:, 2] * difference.group_noise / (flux * np.sqrt(spread))
    return -measured[:, :2] / (flux * spread)[:, None], error


def _chi_squared(v: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((v**2).sum(axis=1) / (error**2 + UNSTEADY_PIXELS_A_FRAME**2))


def _is_dragged(difference: Difference, track: Track, chi_squared: float, fwhm_pixels: float) -> bool:
    """Whether it is a star whose light something else drags along that comes by, faint as it may be.

    That makes far more of what changes there than the star's apparent drift, with another motion.
    """
    x, y = track.at(float(difference.group_frames.mean()))
    other, signal_to_noise = strongest_about(difference, x, y, fwhm_pixels)
    apart = math.hypot(other.x - x, other.y - y) > OTHER_PLACE_PIXELS
    apart = apart or math.hypot(other.vx - track.vx, other.vy - track.vy) > OTHER_RATE_PIXELS_A_FRAME
    return apart and signal_to_noise**2 > MUCH_MORE * chi_squared


def _sources(
    difference: Difference, sources: NDArray[np.void], fwhm_pixels: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Places and fluxes of the stack's sources, and of fainter ones that a matched filter finds.

    Photometry asks for five pixels over five sigma, which a drifting object with a signal-to-noise ratio of 5
    in one frame doesn't have.
    """
    good = (sources["flags"] & TRUNCATED == 0) & ~sources["saturated"] & (sources["flux"] > 0)
    known = sources[good]
    frames, shape = difference.frames.nframe, difference.reference.shape
    dark = replace(difference, reference=np.zeros_like(difference.mean))
    mean = CalibratedFrames.of_light(difference.mean[None])
    faint = detect(mean, dark, fwhm_pixels, 1 / np.sqrt(frames), FAINTEST_SIGMA)
    if len(sources) and len(faint):
        near, _ = cKDTree(np.column_stack([sources["x"], sources["y"]])).query(
            np.column_stack([faint["x"], faint["y"]]), distance_upper_bound=fwhm_pixels
        )
        faint = faint[np.isinf(near)]
    column, row = np.rint(faint["x"]).astype(int), np.rint(faint["y"]).astype(int)
    noise = 1 / np.maximum(difference.inverse_noise[row, column], np.float32(1e-6))
    faint_flux = faint["snr"] * noise / np.sqrt(frames) * fwhm_pixels / FWHM_SIGMA * np.sqrt(4 * np.pi)
    x = np.concatenate([known["x"], faint["x"]])
    y = np.concatenate([known["y"], faint["y"]])
    flux = np.concatenate([known["flux"], faint_flux])
    margin = 2 * RADIUS + 2
    inside = (x > margin) & (x < shape[1] - margin) & (y > margin) & (y < shape[0] - margin)
    return x[inside], y[inside], flux[inside]


@compiled
def _slopes(
    trend: NDArray[np.float32],
    corner: tuple[int, int],
    inverse_noise: NDArray[np.float32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    sigma: float,
    out: NDArray[np.float64],
) -> None:
    """How much of the PSF's slopes along x and y a plane holds at a source; its first pixel is the `corner`.

    And the slopes' noise if that of a pixel is 1 / `inverse_noise`; where nothing can be measured it is
    without bounds.
    """
    for i in range(len(x)):
        column, row = int(np.rint(x[i])), int(np.rint(y[i]))
        sum_x = sum_y = weight_x = weight_y = 0.0
        for dy in range(-RADIUS, RADIUS + 1):
            for dx in range(-RADIUS, RADIUS + 1):
                u, v = dx - (x[i] - column), dy - (y[i] - row)
                psf = np.exp(-(u * u + v * v) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
                along_x, along_y = -u / sigma**2 * psf, -v / sigma**2 * psf
                weight = float(inverse_noise[row + dy, column + dx]) ** 2
                change = float(trend[row + dy - corner[0], column + dx - corner[1]])
                sum_x += weight * change * along_x
                sum_y += weight * change * along_y
                weight_x += weight * along_x * along_x
                weight_y += weight * along_y * along_y
        least = min(weight_x, weight_y)
        if least > 0:
            out[i, 0], out[i, 1], out[i, 2] = sum_x / weight_x, sum_y / weight_y, 1 / np.sqrt(least)
        else:
            out[i, 2] = 1e30

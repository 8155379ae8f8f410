"""The light of a moving object in one frame, as the height of what runs along its way in all frames.

Three things would make it too faint, by a tenth of a magnitude each: a Gaussian filter misses the wings of
the PSF, which the zero point counts; what stays, as a median, holds a part of the object; and a place that
the object's noise has moved sees less of a filter's peak. So here the profile of the chip's stars, drawn out
by the way during the exposure, is fitted, each pixel may hold any light that stays, and the motion may move.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.filtered import SAMPLE
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile

RADIUS_IN_FWHM: Final = 2.0
STEP_PIXELS: Final = 1.0
"""At most, between the places on a streak of which it is put together: a PSF is wider."""
ROUNDS: Final = 4
LARGEST_STEP_PIXELS: Final = 1.0
CONVERGED_PART: Final = 0.02
"""Of the largest step."""
LARGEST_CONDITION: Final = 1e8

Array = NDArray[np.float64]


def light_in_a_frame(
    track: Track, difference: Difference, first_used: int, profile: Profile, duty: float
) -> float | None:
    """Counts of all the light in one frame; None where no pixel tells, or there is none.

    `first_used` is the first frame in `difference.mean`, `duty` the part of the time from frame to frame in
    which the shutter is open.
    """
    frames = _Frames(difference, first_used)
    middle = (first_used + difference.frames.nframe - 1) / 2
    motion, flux = np.array([*track.at(middle), track.vx, track.vy]), math.nan
    a_frame = LARGEST_STEP_PIXELS / (difference.frames.nframe / 2)
    largest = np.array([LARGEST_STEP_PIXELS, LARGEST_STEP_PIXELS, a_frame, a_frame])
    for _ in range(ROUNDS):
        normal, right = frames.equations(motion, middle, profile, duty)
        if not normal[0, 0] > 0:
            return None
        flux = float(right[0] / normal[0, 0])
        if not flux > 0 or not _is_told(normal):
            break
        step = np.clip(np.linalg.solve(normal, right)[1:] / flux, -largest, largest)
        motion = motion + step
        if max(abs(step / largest)) < CONVERGED_PART:
            break
    return flux if flux > 0 else None


def _is_told(normal: Array) -> bool:
    """Whether flux, place and rate can be told apart."""
    scale = np.sqrt(np.diag(normal))
    return bool((scale > 0).all() and np.linalg.cond(normal / np.outer(scale, scale)) < LARGEST_CONDITION)


class _Frames:
    """Frames less their mean over time, of which those before `first_used` are left out."""

    def __init__(self, difference: Difference, first_used: int) -> None:
        self._difference = difference
        self._numbers = range(first_used, difference.frames.nframe)
        trusted = difference.inverse_noise[SAMPLE] > 0
        mean = difference.mean[SAMPLE][trusted]
        samples = (difference.frames.frame(number, SAMPLE)[trusted] for number in self._numbers)
        self._levels = [float(np.median(sample - mean)) if len(mean) else 0.0 for sample in samples]

    def equations(self, motion: Array, middle: float, profile: Profile, duty: float) -> tuple[Array, Array]:
        """Normal matrix (5, 5) and right side (5,) of flux and, times the flux, the four of the motion.

        A template T of a frame less its mean over time has the product with the data that T has with the data
        less their mean, so that only the mean of the templates need be kept.
        """
        x, y, vx, vy = motion
        reach = math.ceil(RADIUS_IN_FWHM * profile.fwhm_pixels)
        height, width = self._difference.reference.shape
        half = math.hypot(vx, vy) * duty / 2
        made = []
        for number in self._numbers:
            away = number - middle
            at_x, at_y = x + vx * away, y + vy * away
            wide, high = reach + abs(vx) * duty / 2, reach + abs(vy) * duty / 2
            left, right = max(math.floor(at_x - wide), 0), min(math.ceil(at_x + wide) + 1, width)
            top, bottom = max(math.floor(at_y - high), 0), min(math.ceil(at_y + high) + 1, height)
            if left >= right or top >= bottom:
                continue
            area = (slice(top, bottom), slice(left, right))
            made.append((number, area, _templates(area, at_x, at_y, (vx, vy), half, duty, away, profile)))
        normal, side = np.zeros((5, 5)), np.zeros(5)
        if not made:
            return normal, side
        top, left = (min(area[axis].start for _, area, _ in made) for axis in (0, 1))
        bottom, right = (max(area[axis].stop for _, area, _ in made) for axis in (0, 1))
        mean = np.zeros((5, bottom - top, right - left))
        first = self._numbers.start
        for _, area, templates in made:
            mean[(slice(None), *_within(area, top, left))] += templates / len(self._numbers)
        for number, area, templates in made:
            weight = self._difference.inverse_noise[area].astype(np.float64) ** 2
            change = self._difference.frames.frame(number, area) - self._difference.mean[area]
            change = change.astype(np.float64) - self._levels[number - first]
            weighted = (templates * weight).reshape(5, -1)
            steady = mean[(slice(None), *_within(area, top, left))]
            normal += weighted @ (templates - steady).reshape(5, -1).T
            side += weighted @ change.reshape(-1)
        return normal, side


def _within(area: tuple[slice, slice], top: int, left: int) -> tuple[slice, slice]:
    rows, columns = area
    return slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)


def _templates(
    area: tuple[slice, slice],
    x: float,
    y: float,
    rate: tuple[float, float],
    half: float,
    duty: float,
    away: float,
    profile: Profile,
) -> Array:
    """The streak of unit light, and its slopes by place and rate, shape (5, height, width)."""
    rows, columns = area
    v, u = np.mgrid[rows, columns].astype(np.float64)
    # Two more than needed: so many places are narrower than the streak by a part 1 / count^2.
    count = math.ceil(2 * half / STEP_PIXELS) + 2
    peak = (MOFFAT_BETA - 1) / (math.pi * profile.alpha**2)
    total = np.zeros((3, *u.shape))
    for part in (np.arange(count) + 0.5) / count - 0.5:
        du, dv = u - x - rate[0] * duty * part, v - y - rate[1] * duty * part
        base = 1 + (du**2 + dv**2) / profile.alpha**2
        light = peak * base**-MOFFAT_BETA / count
        slope = light / base * (2 * MOFFAT_BETA / profile.alpha**2)
        total += np.stack([light, slope * du, slope * dv])
    return np.concatenate([total, away * total[1:]])

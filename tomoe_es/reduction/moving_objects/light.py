"""Light and motion of a moving object, fitted to all frames at once.

What finds it is biased. A Gaussian filter misses the wings of the PSF, which the zero point counts; what
stays, as a median, holds a part of the object, most of it on the inner side at both ends of its way, and so
pushes its points outwards, by a tenth of a slow way. So here the profile of the chip's stars, drawn out by
the way during the exposure, is fitted, each pixel may hold any light that stays, and the motion may move.
Then each third of the frames tells by how much it is off that line.

Of a way shorter than a PSF is wide nearly all light stays: what moves tells no more than the product of light
and rate. The light itself is then that of the mean of the frames above the sky about it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.filtered import SAMPLE
from tomoe_es.reduction.moving_objects.point_shape import LONG_PIXELS
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile

RADIUS_IN_FWHM: Final = 2.0
STEP_PIXELS: Final = 1.0
"""At most, between the places on a streak of which it is put together: a PSF is wider."""
ROUNDS: Final = 4
ROUNDS_OF_A_STREAK: Final = 16
"""A streak's points lie anywhere on it, and only its ends tell where it is: the fit comes from far."""
LARGEST_STEP_PIXELS: Final = 1.0
FARTHEST_PIXELS: Final = 3.0
FARTHEST_PART_OF_STREAK: Final = 0.3
"""From where it was found, in the middle of its way or at an end, and that part of its way in one exposure
besides: farther off the fit has gone astray."""
STAYING_IN_FWHM: Final = 1.0
"""The longest way of which most light stays."""
CONVERGED_PART: Final = 0.02
"""Of the largest step."""
LARGEST_CONDITION: Final = 1e8

Array = NDArray[np.float64]


class Light(NamedTuple):
    """Counts of all the light of an object in one frame, as all frames tell them, and their error."""

    counts: float
    error: float


NO_LIGHT: Final = Light(0.0, math.inf)


def fitted(
    track: Track, difference: Difference, first_used: int, profile: Profile, duty: float
) -> tuple[Track, Light | None]:
    """The track, whose line and points are those of the fit, and its light.

    The track as it was where the fit tells nothing better; None where no pixel tells or there is no light.
    `first_used` is the first frame in `difference.mean`, `duty` the part of the time from frame to frame in
    which the shutter is open.
    """
    frames = _Frames(difference, first_used)
    middle = (first_used + difference.frames.nframe - 1) / 2
    motion, light = np.array([*track.at(middle), track.vx, track.vy]), NO_LIGHT
    start, number = motion, difference.frames.nframe
    a_frame = LARGEST_STEP_PIXELS / (number / 2)
    largest = np.array([LARGEST_STEP_PIXELS, LARGEST_STEP_PIXELS, a_frame, a_frame])
    staying = track.pixels_a_frame * (number - first_used) < STAYING_IN_FWHM * profile.fwhm_pixels
    streak = track.pixels_a_frame * duty
    farthest = FARTHEST_PIXELS + FARTHEST_PART_OF_STREAK * streak
    told = False
    for _ in range(ROUNDS if streak < LONG_PIXELS else ROUNDS_OF_A_STREAK):
        normal, right = frames.equations(motion, middle, profile, duty)
        if not normal[0, 0] > 0:
            return track, None
        told = _is_told(normal)
        light = (
            frames.light_in_the_mean(motion, middle, profile, duty)
            if staying
            else _light_of_the_motion(normal, right, told)
        )
        told = told and light.counts > 0
        if not told:
            break
        step = (
            np.linalg.solve(normal[1:, 1:], right[1:] - normal[1:, 0] * light.counts)
            if staying
            else np.linalg.solve(normal, right)[1:]
        )
        step = np.clip(step / light.counts, -largest, largest)
        motion = motion + step
        if max(abs(step / largest)) < CONVERGED_PART:
            break
    if not light.counts > 0:
        return track, None
    off = motion - start
    if not told or math.hypot(*off[:2]) > farthest or math.hypot(*off[2:]) * number / 2 > farthest:
        return track, light
    return frames.on_its_way(track, motion, middle, light.counts, profile, duty), light


def _light_of_the_motion(normal: Array, right: Array, told: bool) -> Light:
    """From `equations`; where motion and light can't be told apart, as if the motion were known."""
    variance = np.linalg.inv(normal)[0, 0] if told else 1 / normal[0, 0]
    return Light(float(right[0] / normal[0, 0]), math.sqrt(variance))


def _is_told(normal: Array) -> bool:
    """Whether flux, place and rate can be told apart."""
    scale = np.sqrt(np.diag(normal))
    return bool((scale > 0).all() and np.linalg.cond(normal / np.outer(scale, scale)) < LARGEST_CONDITION)


class _Seen(NamedTuple):
    """Of a frame about an object: `templates` (5, height, width), weights, and what isn't steady in it.

    And where it is `inside` the `mean` of the templates over time.
    """

    number: int
    templates: Array
    mean: Array
    inside: tuple[slice, slice]
    weight: Array
    change: Array


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
        normal, side = np.zeros((5, 5)), np.zeros(5)
        for each in self._seen(motion, middle, profile, duty):
            weighted = (each.templates * each.weight).reshape(5, -1)
            steady = each.mean[(slice(None), *each.inside)]
            normal += weighted @ (each.templates - steady).reshape(5, -1).T
            side += weighted @ each.change.reshape(-1)
        return normal, side

    def light_in_the_mean(self, motion: Array, middle: float, profile: Profile, duty: float) -> Light:
        """Light of the object in the mean of all frames, above a sky that is alike all about it."""
        made = self._made(motion, middle, profile, duty)
        if not made:
            return NO_LIGHT
        mean, area = self._mean_of(made)
        weight = self._difference.inverse_noise[area].astype(np.float64).reshape(-1) ** 2
        light = self._difference.mean[area].astype(np.float64).reshape(-1)
        both = np.stack([mean[0].reshape(-1), np.ones(light.size)])
        normal = (both * weight) @ both.T
        if not np.linalg.det(normal) > 0:
            return NO_LIGHT
        covariance = np.linalg.inv(normal)
        error = math.sqrt(covariance[0, 0] / len(self._numbers))
        return Light(float((covariance @ (both * weight) @ light)[0]), error)

    def on_its_way(
        self, track: Track, motion: Array, middle: float, flux: float, profile: Profile, duty: float
    ) -> Track:
        """The track with a fitted motion, each third of its points by so much off it as its frames tell."""
        seen = self._seen(motion, middle, profile, duty)
        x0, y0 = motion[:2] - motion[2:] * middle
        x, y = x0 + motion[2] * track.frame, y0 + motion[3] * track.frame
        parts = track.parts()
        ends = [(track.frame[a[-1]] + track.frame[b[0]]) / 2 for a, b in pairwise(parts)]
        errors = []
        for part, begin, end in zip(parts, [-math.inf, *ends], [*ends, math.inf], strict=True):
            here = [each for each in seen if begin < each.number <= end]
            off, error = self._off_the_line(here, flux)
            x[part] += off[0]
            y[part] += off[1]
            errors.append(error * math.sqrt(2 * len(part)))
        return replace(
            track,
            x=x,
            y=y,
            x0=float(x0),
            y0=float(y0),
            vx=float(motion[2]),
            vy=float(motion[3]),
            rms_pixels=max(errors) if math.isfinite(max(errors)) else track.rms_pixels,
        )

    def _off_the_line(self, seen: list[_Seen], flux: float) -> tuple[Array, float]:
        """By how much an object is off its line in some of the frames, x and y, and the error of each."""
        if not seen:
            return np.zeros(2), math.inf
        share = np.zeros_like(seen[0].mean[1:3])  # of these frames' slopes in the means over time
        for each in seen:
            share[(slice(None), *each.inside)] += each.templates[1:3] / len(self._numbers)
        normal, side = np.zeros((2, 2)), np.zeros(2)
        for each in seen:
            within = (slice(None), *each.inside)
            slopes = (each.templates[1:3] * each.weight).reshape(2, -1)
            normal += slopes @ (each.templates[1:3] - share[within]).reshape(2, -1).T
            left = each.change - flux * (each.templates[0] - each.mean[0][each.inside])
            side += slopes @ left.reshape(-1)
        if not np.linalg.det(normal) > 0:
            return np.zeros(2), math.inf
        covariance = np.linalg.inv(normal) / flux**2
        off = np.clip(covariance @ side * flux, -LARGEST_STEP_PIXELS, LARGEST_STEP_PIXELS)
        return off, math.sqrt(max(float(np.trace(covariance)), 0.0) / 2)

    def _seen(self, motion: Array, middle: float, profile: Profile, duty: float) -> list[_Seen]:
        made = self._made(motion, middle, profile, duty)
        if not made:
            return []
        mean, (rows, columns) = self._mean_of(made)
        seen = []
        for number, area, templates in made:
            weight = self._difference.inverse_noise[area].astype(np.float64) ** 2
            change = self._difference.frames.frame(number, area) - self._difference.mean[area]
            change = change.astype(np.float64) - self._levels[number - self._numbers.start]
            inside = _within(area, rows.start, columns.start)
            seen.append(_Seen(number, templates, mean, inside, weight, change))
        return seen

    def _made(
        self, motion: Array, middle: float, profile: Profile, duty: float
    ) -> list[tuple[int, tuple[slice, slice], Array]]:
        """Of each frame in which it is on the chip: number, area about it, templates."""
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
        return made

    def _mean_of(
        self, made: list[tuple[int, tuple[slice, slice], Array]]
    ) -> tuple[Array, tuple[slice, slice]]:
        """Mean of the templates over all frames, and the area that it is of."""
        top, left = (min(area[axis].start for _, area, _ in made) for axis in (0, 1))
        bottom, right = (max(area[axis].stop for _, area, _ in made) for axis in (0, 1))
        mean = np.zeros((5, bottom - top, right - left))
        for _, area, templates in made:
            mean[(slice(None), *_within(area, top, left))] += templates / len(self._numbers)
        return mean, (slice(top, bottom), slice(left, right))


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

"""The light of a moving object in all frames of a chip: what its profile, drawn out by its way, tells there.

Each pixel may hold any light that stays, so that only what isn't steady counts; and the other way round, the
mean of the frames tells what stays.
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
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile

RADIUS_IN_FWHM: Final = 2.0
STEP_PIXELS: Final = 1.0
"""At most, between the places on a streak of which it is put together: a PSF is wider."""
LARGEST_CONDITION: Final = 1e8
STARLIGHT_PART: Final = 0.05
"""Of a star's light beside an object, that a place blended with it may miss."""
LARGEST_STEP_PIXELS: Final = 1.0

Array = NDArray[np.float64]


class Light(NamedTuple):
    """Counts of all the light of an object in one frame, as all frames tell them, and their error."""

    counts: float
    error: float


NO_LIGHT: Final = Light(0.0, math.inf)


def is_told(normal: Array) -> bool:
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


class FramesAbout:
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

    def light_in_the_mean(
        self, motion: Array, middle: float, profile: Profile, duty: float, stars: Array
    ) -> Light:
        """Light of the object in the mean of all frames, beside stars, above a sky alike all about it."""
        made = self._made(motion, middle, profile, duty)
        if not made:
            return NO_LIGHT
        mean, area = self._mean_of(made)
        weight = self._difference.inverse_noise[area].astype(np.float64).reshape(-1) ** 2
        light = self._difference.mean[area].astype(np.float64).reshape(-1)
        beside = [_templates(area, x, y, (0.0, 0.0), 0.0, duty, 0.0, profile)[0] for x, y in stars]
        parts = np.stack([each.reshape(-1) for each in (mean[0], np.ones(mean[0].shape), *beside)])
        normal = (parts * weight) @ parts.T
        if not is_told(normal):
            return NO_LIGHT
        covariance = np.linalg.inv(normal)
        lights = covariance @ (parts * weight) @ light
        # What isn't known of the stars about it is more than noise.
        chi_squared = float(weight @ (light - lights @ parts) ** 2) * len(self._numbers)
        degrees = int(np.count_nonzero(weight)) - len(parts)
        unlike = max(chi_squared / max(degrees, 1), 1.0)
        noise = math.sqrt(covariance[0, 0] / len(self._numbers) * unlike)
        of_stars = float((normal[0, 2:] / normal[0, 0]) @ np.abs(lights[2:]))  # where the object is
        return Light(float(lights[0]), math.hypot(noise, STARLIGHT_PART * of_stars))

    def on_its_way(
        self, track: Track, motion: Array, middle: float, flux: float, profile: Profile, duty: float
    ) -> Track:
        """The track with a fitted motion, each third of its points by so much off it as its frames tell."""
        seen = self._seen(motion, middle, profile, duty)
        x0, y0 = motion[:2] - motion[2:] * middle
        x, y = x0 + motion[2] * track.frame, y0 + motion[3] * track.frame
        parts = track.parts()
        ends = [(track.frame[a[-1]] + track.frame[b[0]]) / 2 for a, b in pairwise(parts)]
        errors, ratios = [], []
        along = motion[2:] / max(math.hypot(*motion[2:]), 1e-12)
        for part, begin, end in zip(parts, [-math.inf, *ends], [*ends, math.inf], strict=True):
            here = [each for each in seen if begin < each.number <= end]
            off, covariance = self._off_the_line(here, flux)
            x[part] += off[0]
            y[part] += off[1]
            both, of_along = float(np.trace(covariance)), float(along @ covariance @ along)
            errors.append(math.sqrt(max(both, 0.0) * len(part)))
            ratios.append(math.sqrt(of_along / (both - of_along)) if 0 < of_along < both < math.inf else 1.0)
        return replace(
            track,
            x=x,
            y=y,
            x0=float(x0),
            y0=float(y0),
            vx=float(motion[2]),
            vy=float(motion[3]),
            rms_pixels=max(errors) if math.isfinite(max(errors)) else track.rms_pixels,
            along_to_across=ratios[int(np.argmax(errors))],
        )

    def _off_the_line(self, seen: list[_Seen], flux: float) -> tuple[Array, Array]:
        """By how much an object is off its line in some of the frames, x and y, and covariance of both."""
        if not seen:
            return np.zeros(2), np.full((2, 2), math.inf)
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
            return np.zeros(2), np.full((2, 2), math.inf)
        covariance = np.asarray(np.linalg.inv(normal) / flux**2, np.float64)
        off = np.clip(covariance @ side * flux, -LARGEST_STEP_PIXELS, LARGEST_STEP_PIXELS)
        return off, covariance

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

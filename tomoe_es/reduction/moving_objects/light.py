"""Light and motion of a moving object, fitted to all frames at once.

What finds it is biased. A Gaussian filter misses the wings of the PSF, which the zero point counts; what
stays, as a median, holds a part of the object, most of it on the inner side at both ends of its way, and so
pushes its points outwards, by a tenth of a slow way. So here the profile of the chip's stars, drawn out by
the way during the exposure, is fitted, each pixel may hold any light that stays, and the motion may move.
Then each third of the frames tells by how much it is off that line.

At a chip's edge points are pushed inwards, since what finds them sees nothing within 4 pixels of it, and only
a part of a streak. There the fit comes from farther, and what it tells counts only while the object is seen.

Of a way not much longer than a PSF is wide most light stays: what moves tells hardly more than the product of
light and rate. There the light in the mean of the frames, above sky and known stars about it, is one more
measurement, unless what moves contradicts it: that is a star's light which nobody could tell apart.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.filtered import EDGE
from tomoe_es.reduction.moving_objects.moving_light import (
    LARGEST_STEP_PIXELS,
    NO_LIGHT,
    FramesAbout,
    Light,
    is_told,
)
from tomoe_es.reduction.moving_objects.point_shape import LONG_PIXELS
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.optimal import Profile

ROUNDS: Final = 8
ROUNDS_FROM_FAR: Final = 16
"""A streak's points lie anywhere on it, and only its ends tell where it is; those of what comes over an edge
were pushed."""
FARTHEST_PIXELS: Final = 3.0
FARTHEST_PART_OF_STREAK: Final = 0.3
"""From where it was found, in the middle of the way on which it is seen or at an end of it, and that part of
its way in one exposure besides: farther off the fit has gone astray."""
PUSHED_WITHIN_PIXELS: Final = 2.0 * EDGE
"""Of a chip's edge: a point nearer to it may be where nothing is."""
STAYING_IN_FWHM: Final = 2.0
"""The longest way of which much light stays."""
OWN_PIXELS: Final = 1.5
"""A source of the stack so near the middle of its way is the object itself."""
AGREEING_SIGMA: Final = 3.0
PROFILE_PART: Final = 0.02
"""Of an object's light, that the profile may miss."""
CONVERGED_PART: Final = 0.02
"""Of the largest step."""
STARS_WITHIN_PIXELS: Final = 15.0
MOST_STARS: Final = 8

Array = NDArray[np.float64]


def fitted(
    track: Track,
    difference: Difference,
    first_used: int,
    profile: Profile,
    duty: float,
    sources: NDArray[np.void],
) -> tuple[Track, Light | None]:
    """The track, whose line and points are those of the fit, and its light.

    The track as it was where the fit tells nothing better, with an error as large as both are apart where it
    has gone astray; None where no pixel tells or there is no light.
    `sources` (photometry.SOURCE_TYPE) are those of the stack. `first_used` is the first frame in
    `difference.mean`, `duty` the part of the time from frame to frame in which the shutter is open.
    """
    frames = FramesAbout(difference, first_used)
    begin, end = _seen_from_to(track, difference.reference.shape, first_used, difference.frames.nframe - 1)
    middle, number = (begin + end) / 2, end - begin + 1
    motion, light = np.array([*track.at(middle), track.vx, track.vy]), NO_LIGHT
    start = motion
    a_frame = LARGEST_STEP_PIXELS / (number / 2)
    largest = np.array([LARGEST_STEP_PIXELS, LARGEST_STEP_PIXELS, a_frame, a_frame])
    staying = track.pixels_a_frame * number < STAYING_IN_FWHM * profile.fwhm_pixels
    streak = track.pixels_a_frame * duty
    farthest = FARTHEST_PIXELS + FARTHEST_PART_OF_STREAK * streak
    stars = _stars_about(sources, start)
    told = False
    from_far = streak >= LONG_PIXELS or number < difference.frames.nframe - first_used
    for _ in range(ROUNDS_FROM_FAR if from_far else ROUNDS):
        normal, right = frames.equations(motion, middle, profile, duty)
        if not normal[0, 0] > 0:
            return track, None
        light = _light_of_the_motion(normal, right)
        if staying:
            shown = frames.light_in_the_mean(motion, middle, profile, duty, stars)
            if not holds_a_star(light, shown):
                normal[0, 0] += shown.error**-2
                right[0] += shown.counts * shown.error**-2
                light = _light_of_the_motion(normal, right)
        told = light.counts > 0 and is_told(normal)
        if not told:
            break
        step = np.clip(np.linalg.solve(normal, right)[1:] / light.counts, -largest, largest)
        motion = motion + step
        if max(abs(step / largest)) < CONVERGED_PART:
            break
    if not light.counts > 0:
        return track, None
    if not told:
        return track, light
    off_middle, off_ends = math.hypot(*(motion - start)[:2]), math.hypot(*(motion - start)[2:]) * number / 2
    points_a_part = len(track.parts()[0])
    if max(off_middle, off_ends) > farthest:
        at_odds = math.hypot(off_middle, off_ends) * math.sqrt(points_a_part)
        return replace(track, rms_pixels=max(track.rms_pixels, at_odds)), light
    better = frames.on_its_way(track, motion, middle, light.counts, profile, duty)
    least = _error_of_the_line(normal, light.counts, better, middle) * math.sqrt(2 * points_a_part)
    return replace(better, rms_pixels=max(better.rms_pixels, least)), light


def _seen_from_to(track: Track, shape: tuple[int, ...], first: int, last: int) -> tuple[float, float]:
    """In which frames, of those from `first` to `last`, it is seen on a chip of a shape (rows, columns).

    As long as it has points, and before and after while its line is well on the chip: where points were
    pushed inwards the line may run along the edge over which the object came.
    """
    begin, end = float(first), float(last)
    for start, rate, size in ((track.x0, track.vx, shape[1]), (track.y0, track.vy, shape[0])):
        nearest, farthest = PUSHED_WITHIN_PIXELS, size - 1 - PUSHED_WITHIN_PIXELS
        if rate:
            crossed = sorted(((nearest - start) / rate, (farthest - start) / rate))
            begin, end = max(begin, crossed[0]), min(end, crossed[1])
        elif not nearest <= start <= farthest:
            end = -math.inf
    if begin > end:
        begin, end = math.inf, -math.inf
    return max(first, min(begin, float(track.frame[0]))), min(last, max(end, float(track.frame[-1])))


def _light_of_the_motion(normal: Array, right: Array) -> Light:
    """From `equations`; where motion and light can't be told apart, as if the motion were known."""
    if not is_told(normal):
        return Light(float(right[0] / normal[0, 0]), 1 / math.sqrt(normal[0, 0]))
    covariance = np.linalg.inv(normal)
    return Light(float(covariance[0] @ right), math.sqrt(covariance[0, 0]))


def holds_a_star(moving: Light, shown: Light) -> bool:
    """Whether the mean of the frames surely shows more light than what moves.

    Less it can't: that is a rate taken for too small, where only the product of light and rate is told.
    """
    doubt = math.hypot(moving.error, shown.error, PROFILE_PART * shown.counts)
    sure = moving.counts > AGREEING_SIGMA * moving.error
    return sure and shown.counts - moving.counts > AGREEING_SIGMA * doubt


def _stars_about(sources: NDArray[np.void], motion: Array) -> Array:
    """Places (n, 2) of the nearest sources about an object's that are not itself."""
    away = np.hypot(sources["x"] - motion[0], sources["y"] - motion[1])
    near = np.flatnonzero((away > OWN_PIXELS) & (away < STARS_WITHIN_PIXELS))
    near = near[np.argsort(away[near], kind="stable")][:MOST_STARS]
    return np.column_stack([sources["x"][near], sources["y"][near]])


def _error_of_the_line(normal: Array, counts: float, track: Track, middle: float) -> float:
    """Error of an axis of the line at its farthest sighting, pixels: light and rate may be one product."""
    covariance = np.linalg.inv(normal)[1:, 1:] / counts**2
    away = max(abs(float(track.frame[part].mean()) - middle) for part in track.parts())
    at = np.array([[1, 0, away, 0], [0, 1, 0, away]])
    both = [float(np.trace(side @ covariance @ side.T)) / 2 for side in (at, at * [1, 1, -1, -1])]
    return math.sqrt(max(*both, 0.0))

"""Points of one frame: where its difference from the sky that stays looks like the PSF, or like a streak.

A matched filter gives the signal-to-noise ratio of a point source at every pixel. Around each maximum over 4
sigma, pixels over 2.8 sigma with gaps of a pixel belong to it: so the light of an object that moves by more
than its PSF in one exposure is one point with a length and a direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames, Floats
from tomoe_es.reduction.moving_objects.comparison import Compared
from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.faint_streaks import faint_streaks
from tomoe_es.reduction.moving_objects.filtered import SAMPLE, Kept, Told
from tomoe_es.reduction.moving_objects.matched_filter import filter_images, gaussian, room_for_rows
from tomoe_es.reduction.moving_objects.point_shape import measure_points
from tomoe_es.reduction.near_frames import GROUPS, Run, runs_of_frames, runs_of_groups

PEAK_SIGMA: Final = 4.0
EDGE_SIGMA: Final = 2.8
LEAST_SCALE: Final = 0.9
"""Of the noise that light and readout explain."""
MOST_POINTS_A_FRAME: Final = 4000
MOST_AT_ONCE: Final = 7
"""Images: they share what they are compared with, and what is in the making stays in the cache."""
MOST_PEAKS: Final = 200_000
"""Pixels of a frame that may be over the threshold; one with more is full of trouble."""
MOST_WINDOWS: Final = 1000
"""Of a frame that are kept; what else is needed takes longer."""

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


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the matched filter told of an image, or of the mean of images, and of its noise, `scale`.

    `blocks` are sums of 4 x 4 pixels, if asked for, of single frames. These arrays, and what is `kept`, hold
    another image after the next few.
    """

    number: int
    compared: Compared
    scale: float
    kept: Kept
    blocks: NDArray[np.float32] | None


def detect(
    images: CalibratedFrames,
    difference: Difference,
    fwhm_pixels: float,
    noise_factor: float,
    least_sigma: float = PEAK_SIGMA,
) -> NDArray[np.void]:
    """Points of POINT_TYPE in each of some `images`, whose noise is `noise_factor` of a frame's.

    Their peaks are over `least_sigma`. Not more than the 4,000 first of a frame: one with more is full of
    trouble, such as a cloud's edge.
    """
    profile = gaussian(fwhm_pixels)
    points = [
        _points_of(filtered, profile, least_sigma)
        for run in runs_of_frames(images.nframe, MOST_AT_ONCE)
        for filtered in _filtered(images, run, difference, profile, noise_factor, least_sigma)
    ]
    return _joined(points)


def detect_all(
    difference: Difference, fwhm_pixels: float
) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.void]]:
    """Points in each frame, what only a filter for streaks sees (`faint_streaks`), and points in each group.

    All of POINT_TYPE. A bright streak is among both of the first.
    """
    profile, frames = gaussian(fwhm_pixels), difference.frames
    points, streaks, in_groups = [], [], []
    runs = runs_of_groups(difference.group_edges, MOST_AT_ONCE)
    for run in runs or runs_of_frames(frames.nframe, MOST_AT_ONCE):
        for filtered in _filtered(frames, run, difference, profile, 1.0, with_blocks=True):
            here = _points_of(filtered, profile)
            if filtered.blocks is None:
                in_groups.append(here)
                continue
            points.append(here)
            found = faint_streaks(filtered.blocks, filtered.scale, profile)
            streaks.append(_as_points(filtered.number, found, ("x", "y", "snr", "length", "angle")))
    for group in range(0 if runs else GROUPS):
        mean = CalibratedFrames.of_light(difference.group(group)[None])
        here = detect(mean, difference, fwhm_pixels, difference.group_noise)
        here["frame"] = group
        in_groups.append(here)
    return _joined(points), _joined(streaks), _joined(in_groups)


def _filtered(
    images: CalibratedFrames,
    run: Run,
    difference: Difference,
    profile: NDArray[np.float32],
    noise_factor: float,
    least_sigma: float = PEAK_SIGMA,
    *,
    with_blocks: bool = False,
) -> Iterator[Filtered]:
    """Those images of a run that have any noise, and then its groups."""
    number, places = len(run.frames), len(run.frames) + len(run.groups)
    reference, trusted = difference.reference[SAMPLE], difference.inverse_noise[SAMPLE] > 0
    room, ring = _room_for_what_is_told(difference.reference.shape)
    told = room.part(number, len(run.groups), with_blocks=with_blocks)
    levels = [_level((images.frame(each, SAMPLE) - reference)[trusted]) for each in run.frames]
    compared = Compared(
        images,
        run.frames.start,
        np.array(levels, np.float32),
        difference.reference,
        difference.inverse_noise,
    )
    # Noise as it is may exceed what light and readout explain, and must not be less.
    least = np.full(places, LEAST_SCALE * noise_factor)
    least[number:] = LEAST_SCALE * difference.group_noise
    filter_images(compared, profile, (least_sigma * least).astype(np.float32), run.edges, told, ring)
    for place in range(places):
        sigma = _sigma(told.samples[place])
        if not sigma > 0:
            continue
        scale, group = max(sigma, float(least[place])), place - number
        if group < 0:
            some = compared.only(place, place + 1)
            yield Filtered(run.frames[place], some, scale, told.of(place), told.blocks[place])
        else:
            some = compared.only(int(run.edges[group]), int(run.edges[group + 1]))
            yield Filtered(run.groups[group], some, scale, told.of(place), None)


def _level(sample: NDArray[np.float32]) -> float:
    return float(np.partition(sample, sample.size // 2)[sample.size // 2]) if sample.size else 0.0


@lru_cache(maxsize=1)
def _room_for_what_is_told(shape: tuple[int, int]) -> tuple[Told, Floats]:
    """And for what is in the making.

    The same in each call: memory that need not be given and cleared for each job.
    """
    told = Told.room(MOST_AT_ONCE, MOST_AT_ONCE, shape, MOST_PEAKS, MOST_WINDOWS)
    return told, room_for_rows(MOST_AT_ONCE, shape[1])


def _points_of(filtered: Filtered, profile: Floats, least_sigma: float = PEAK_SIGMA) -> NDArray[np.void]:
    table = np.empty((MOST_POINTS_A_FRAME, 6))
    scale = filtered.scale
    count = measure_points(
        filtered.compared,
        profile,
        filtered.kept,
        np.float32(least_sigma * scale),
        np.float32(EDGE_SIGMA * scale),
        table,
    )
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

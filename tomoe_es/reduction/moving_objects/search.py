"""The search: five ways to find movers, each for the speeds for which it is best.

| way | pixels a frame | what is linked |
|---|---|---|
| drift | 0.05 to 0.6 | sources of the stack whose light moves |
| groups | 0.2 to 1.7 | points of six means of near frames: 1.7 times as deep as one frame |
| frames | 0.5 to 40 | points of single frames |
| streaks | 4 to 60 | points that are long and whose length and direction are those of the motion |
| streaks | 15 to 70 | the same of streaks that only a filter along the line sees |

What stays where it is (a hot pixel, what is left of a bright star) is taken out before, and what is longer in
one exposure than the fastest object moves is a satellite. Every track gets a score against chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tomoe_es.reduction.moving_objects.detection import detect_all
from tomoe_es.reduction.moving_objects.difference import Difference
from tomoe_es.reduction.moving_objects.drift import drifting
from tomoe_es.reduction.moving_objects.following import follow
from tomoe_es.reduction.moving_objects.linking import (
    Line,
    LinkingLimits,
    chance_lines,
    fewest_points_for,
    link,
)
from tomoe_es.reduction.moving_objects.over_stars import Motion, fit_over_stars
from tomoe_es.reduction.moving_objects.point_shape import LONG_PIXELS
from tomoe_es.reduction.moving_objects.track import Channel, Track
from tomoe_es.reduction.near_frames import GROUPS

LEAST_SCORE: Final = 3.0
SHORTEST_WAY_PIXELS: Final = 4.0
STAYS_PIXELS: Final = 1.5
SATELLITE_PIXELS: Final = 75.0
PASSING_FWHM: Final = 2.5
NEAR_TRAIL_PIXELS: Final = 12.0
FOLLOWED_PIXELS_A_FRAME: Final = 0.8
LENGTH_TOLERANCE: Final = 0.45
DIRECTION_TOLERANCE: Final = 0.35

FRAMES_LIMITS: Final = LinkingLimits(fewest_points=6, scatter_pixels=0.45)
GROUPS_LIMITS: Final = LinkingLimits(fewest_points=5, fastest_pixels_a_frame=5.0, scatter_pixels=0.4)
STREAKS_LIMITS: Final = LinkingLimits(
    fewest_points=5, fastest_pixels_a_frame=60.0, scatter_pixels=2.5, largest_window_pixels=10.0
)
FAINT_STREAKS_LIMITS: Final = LinkingLimits(
    fewest_points=6, fastest_pixels_a_frame=70.0, scatter_pixels=4.5, largest_window_pixels=15.0
)


@dataclass(frozen=True, slots=True)
class Found:
    """Tracks, best score first, and what was found besides.

    `points` of single frames, `stationary` ones among them, `satellites` as trails in one frame, `lines` that
    were linked, and those not kept because their `low_score` or because the way didn't fit (`implausible`).
    """

    tracks: tuple[Track, ...]
    points: int
    stationary: int
    satellites: int
    lines: int
    implausible: int
    low_score: int


def search(difference: Difference, sources: NDArray[np.void], fwhm_pixels: float, duty: float) -> Found:
    """Moving objects in calibrated frames.

    `sources` are those of the stack, `duty` is the part of the time from one frame to the next in which the
    shutter is open: an object's streak is so much of its way.
    """
    frames = difference.frames.nframe
    points, faint, in_groups = detect_all(difference, fwhm_pixels)
    trails = points["length"] > SATELLITE_PIXELS
    steady = _stays(in_groups, GROUPS // 2)
    singles, streaks = moving_points(points, frames), points[~trails]
    streaks = streaks[streaks["length"] > LONG_PIXELS]
    candidates: list[Track] = []
    lines = implausible = 0
    for channel, some, count, limits in (
        ("frames", singles, frames, FRAMES_LIMITS),
        ("groups", in_groups[~steady], GROUPS, GROUPS_LIMITS),
        ("streaks", streaks, frames, STREAKS_LIMITS),
        ("streaks", _apart_from(points[trails], faint), frames, FAINT_STREAKS_LIMITS),
    ):
        linked = _link(some, count, difference.reference.shape, limits)
        lines += len(linked)
        for line, score in linked:
            track = _track(channel, some[line.points], line, score, difference, fwhm_pixels, duty)  # type: ignore[arg-type]
            if track is None:
                implausible += 1
            else:
                candidates.append(track)
    candidates.sort(key=lambda track: -track.score)
    tracks: list[Track] = []
    low_score = 0
    # A drift comes first: of an object so slow, what stays holds a part and pushes its points apart.
    drifts = drifting(difference, sources, fwhm_pixels)
    for track in (*_of_their_own(drifts, candidates, PASSING_FWHM * fwhm_pixels), *candidates):
        if any(track.same_as(better) for better in tracks):
            continue
        if track.score < LEAST_SCORE:
            low_score += 1
            continue
        tracks.append(track)
    tracks.sort(key=lambda track: -track.score)
    return Found(
        tracks=tuple(tracks),
        points=len(points),
        stationary=int(np.count_nonzero(~trails)) - len(singles),
        satellites=int(np.count_nonzero(trails)),
        lines=lines,
        implausible=implausible,
        low_score=low_score,
    )


def _of_their_own(drifts: list[Track], others: list[Track], near_pixels: float) -> list[Track]:
    """Those drifts that are not a star whose light another object drags along as it passes."""
    return [
        drift
        for drift in drifts
        if not any(
            other.score > drift.score and not other.same_as(drift) and other.passes(drift, near_pixels)
            for other in others
        )
    ]


def moving_points(points: NDArray[np.void], frames: int) -> NDArray[np.void]:
    """Those points of so many single frames that are no satellite's trail, and don't stay where they are."""
    short = points[points["length"] <= SATELLITE_PIXELS]
    return np.asarray(short[~_stays(short, frames // 3)])


def _apart_from(trails: NDArray[np.void], streaks: NDArray[np.void]) -> NDArray[np.void]:
    """Those streaks that are no part of a satellite's trail in the same frame."""
    apart = np.ones(len(streaks), bool)
    for trail in trails:
        dx, dy = streaks["x"] - trail["x"], streaks["y"] - trail["y"]
        along = dx * np.cos(trail["angle"]) + dy * np.sin(trail["angle"])
        across = dy * np.cos(trail["angle"]) - dx * np.sin(trail["angle"])
        on_it = (np.abs(along) < trail["length"]) & (np.abs(across) < NEAR_TRAIL_PIXELS)
        apart &= ~(on_it & (streaks["frame"] == trail["frame"]))
    return np.asarray(streaks[apart])


def _stays(points: NDArray[np.void], most: int) -> NDArray[np.bool_]:
    """Which points have company at the same place in at least `most` frames."""
    if len(points) == 0:
        return np.zeros(0, dtype=bool)
    places = np.column_stack([points["x"], points["y"]])
    return np.asarray(cKDTree(places).query_ball_point(places, STAYS_PIXELS, return_length=True) >= most)


def _link(
    points: NDArray[np.void], frames: int, shape: tuple[int, ...], limits: LinkingLimits
) -> list[tuple[Line, float]]:
    """Lines that chance hardly makes, each with its score."""
    height, width = shape
    fewest = fewest_points_for(len(points), frames, width, height, limits) if len(points) else frames
    limits = LinkingLimits(
        fewest, limits.fastest_pixels_a_frame, limits.scatter_pixels, limits.largest_window_pixels
    )
    lines = link(points["x"], points["y"], points["frame"], frames, limits)
    return [
        (line, -float(np.log10(chance_lines(len(points), frames, width * height, len(line.points), limits))))
        for line in lines
    ]


def _track(
    channel: Channel,
    points: NDArray[np.void],
    line: Line,
    score: float,
    difference: Difference,
    fwhm_pixels: float,
    duty: float,
) -> Track | None:
    """The track of a line; None when it hardly moves, or its streaks don't fit."""
    frame = points["frame"].astype(np.float64)
    x0, y0, vx, vy = line.x0, line.y0, line.vx, line.vy
    deeper = 1.0
    if channel == "groups":
        first, step = difference.group_frames[0], np.ptp(difference.group_frames) / (GROUPS - 1)
        frame = difference.group_frames[points["frame"]]
        vx, vy = vx / step, vy / step
        x0, y0 = x0 - vx * first, y0 - vy * first
        deeper = 1 / difference.group_noise
    speed = float(np.hypot(vx, vy))
    if speed * (frame[-1] - frame[0]) < SHORTEST_WAY_PIXELS:
        return None
    streak = speed * duty
    if channel == "streaks" and not _as_long_as_its_way(points, streak, float(np.arctan2(vy, vx))):
        return None
    if channel == "frames" and np.median(points["length"]) > max(1.6 * streak, 2 * LONG_PIXELS):
        return None
    if speed < FOLLOWED_PIXELS_A_FRAME:
        return _followed(channel, difference, Line(line.points, x0, y0, vx, vy, 0.0), fwhm_pixels, score)
    snr = float(np.median(points["snr"]))
    return Track(
        channel,
        frame,
        points["x"],
        points["y"],
        x0,
        y0,
        vx,
        vy,
        line.rms_pixels,
        snr / deeper,
        score,
    )


def _followed(
    channel: Channel, difference: Difference, line: Line, fwhm_pixels: float, score: float
) -> Track | None:
    """The track of what moves slowly along a line; None when nothing does but what is left of a star."""
    middle, vx, vy = float(difference.group_frames.mean()), line.vx, line.vy
    x, y = line.x0 + vx * middle, line.y0 + vy * middle
    track = fit_over_stars(channel, difference, Motion(x, y, vx, vy), fwhm_pixels, score)
    if track is not None:
        return track
    alone = follow(difference, x, y, vx, vy, fwhm_pixels)
    if alone is None or abs(alone.pixels_a_frame - line.pixels_a_frame) > 0.5 * line.pixels_a_frame:
        return None
    return replace(alone, channel=channel, score=score)


def _as_long_as_its_way(points: NDArray[np.void], streak: float, direction: float) -> bool:
    length = float(np.median(points["length"]))
    turned = np.abs((points["angle"] - direction + np.pi / 2) % np.pi - np.pi / 2)
    return bool(
        (1 - LENGTH_TOLERANCE) * streak - LONG_PIXELS < length < (1 + LENGTH_TOLERANCE) * streak + LONG_PIXELS
        and np.median(turned) < DIRECTION_TOLERANCE
    )

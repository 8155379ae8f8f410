"""Slow movers that pass stars: each is where it is, and no star moves because one passes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.difference import Difference, differ
from tomoe_es.reduction.moving_objects.drift import drifting
from tomoe_es.reduction.moving_objects.over_stars import Motion, fit_over_stars, strongest_about
from tomoe_es.reduction.moving_objects.search import search
from tomoe_es.reduction.near_frames import over_time
from tomoe_es.reduction.photometry import SOURCE_TYPE

FRAMES, SIZE, NOISE, FWHM = 18, 256, 30.0, 3.0
SIGMA = FWHM / 2.3548
MOVER_COUNTS = 10 * NOISE * np.sqrt(4 * np.pi) * SIGMA
"""A signal-to-noise ratio of 10 in one frame."""


def seen(
    seed: int,
    star_counts: float,
    x: float,
    y: float,
    vx: float,
    vy: float,
    mover_counts: float = MOVER_COUNTS,
    ray_counts: float = 0.0,
) -> Difference:
    """A star in the middle, a mover at `x`, `y` in the last frame, a cosmic ray beside the star in one."""
    random = np.random.default_rng(seed)
    frames = random.normal(0, NOISE, (FRAMES, SIZE, SIZE)).astype(np.float32)
    for number, frame in enumerate(frames):
        before = FRAMES - 1 - number
        frame += light(SIZE / 2, SIZE / 2, star_counts)
        frame += light(x - vx * before, y - vy * before, mover_counts)
    frames[FRAMES - 2, SIZE // 2 + 1, SIZE // 2 + 1 : SIZE // 2 + 4] += ray_counts / 3
    untrusted = np.zeros((SIZE, SIZE), bool)
    light_of = CalibratedFrames.of_light(frames)
    variance = np.full((SIZE, SIZE), NOISE**2, np.float32)
    return differ(light_of, over_time(light_of, 1), 1, untrusted, 0.0, variance)


def light(x: float, y: float, counts: float) -> NDArray[np.float32]:
    v, u = np.mgrid[:SIZE, :SIZE]
    profile = np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * SIGMA**2)) / (2 * np.pi * SIGMA**2)
    return (counts * profile).astype(np.float32)


def sources(star_counts: float) -> NDArray[np.void]:
    """The star as the stack shows it, and two faint ones."""
    found = np.zeros(3, SOURCE_TYPE)
    found["x"], found["y"] = (SIZE / 2, 40, 200), (SIZE / 2, 40, 200)
    found["flux"] = (star_counts, 1e4, 1e4)
    return found


def test_a_mover_over_a_star_is_found_where_it_is() -> None:
    difference = seen(1, 6000.0, SIZE / 2 + 3.4, SIZE / 2 + 0.6, 0.39, 0.08)
    middle = difference.group_frames.mean()
    away = FRAMES - 1 - middle
    true = SIZE / 2 + 3.4 - 0.39 * away, SIZE / 2 + 0.6 - 0.08 * away
    pushed_off = Motion(true[0] - 0.5, true[1] + 2.0, 0.35, -0.15)
    track = fit_over_stars("frames", difference, pushed_off, FWHM, 5.0)
    assert track is not None
    assert track.at(middle) == pytest.approx(true, abs=0.3)
    assert (track.vx, track.vy) == pytest.approx((0.39, 0.08), abs=0.06)
    assert track.snr == pytest.approx(10, rel=0.25)


def test_nothing_moves_where_only_a_star_is() -> None:
    difference = seen(2, 6000.0, 30.0, 30.0, 0.0, 0.0)
    assert fit_over_stars("frames", difference, Motion(SIZE / 2, SIZE / 2, 0.4, 0.0), FWHM, 5.0) is None


def test_nothing_moves_beyond_the_chip() -> None:
    difference = seen(2, 6000.0, 30.0, 30.0, 0.0, 0.0)
    for x, y in ((-40.0, 50.0), (50.0, SIZE + 40.0)):
        assert fit_over_stars("frames", difference, Motion(x, y, 0.5, 0.0), FWHM, 5.0) is None
        assert strongest_about(difference, x, y, FWHM)[1] == 0


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_a_star_does_not_drift_because_a_mover_comes_near(seed: int) -> None:
    difference = seen(seed, 800.0, SIZE / 2 - 2, SIZE / 2, 0.5, -0.5)
    found = search(difference, sources(800.0), FWHM, 1.0).tracks
    assert [round(track.pixels_a_frame, 1) for track in found] == [0.7]


def drifts_amid(difference: Difference, star_counts: float) -> list[float]:
    """Pixels a frame of what drifts within 4 pixels of the middle."""
    middle = float(difference.group_frames.mean())
    return [
        track.pixels_a_frame
        for track in drifting(difference, sources(star_counts), FWHM)
        if np.hypot(*np.subtract(track.at(middle), SIZE / 2)) < 4
    ]


@pytest.mark.parametrize(
    ("seed", "star_counts", "ray_counts"), [(1, 1000.0, 2000.0), (1, 1500.0, 2000.0), (0, 1500.0, 3000.0)]
)
def test_a_star_does_not_drift_because_a_cosmic_ray_hits_beside_it(
    seed: int, star_counts: float, ray_counts: float
) -> None:
    difference = seen(seed, star_counts, 30.0, 30.0, 0.0, 0.0, ray_counts=ray_counts)
    assert drifts_amid(difference, star_counts) == []


@pytest.mark.parametrize(
    ("seed", "star_counts", "part", "off", "vx", "vy"),
    [
        (0, 800.0, 0.7, -2.0, 0.4, 0.0),
        (1, 800.0, 1.0, 2.0, 0.2, 0.34),
        (0, 1500.0, 0.7, -2.0, 0.2, 0.34),
        (1, 1500.0, 1.0, 2.0, 0.4, 0.0),
    ],
)
def test_a_star_does_not_drift_because_something_faint_leaves_it(
    seed: int, star_counts: float, part: float, off: float, vx: float, vy: float
) -> None:
    last = SIZE / 2 + off + vx * (FRAMES - 1), SIZE / 2 + vy * (FRAMES - 1)
    difference = seen(seed, star_counts, *last, vx, vy, mover_counts=part * MOVER_COUNTS)
    assert drifts_amid(difference, star_counts) == []


@pytest.mark.parametrize("part", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("rate", [0.1, 0.2, 0.4])
def test_what_drifts_itself_is_found(part: float, rate: float) -> None:
    counts = part * MOVER_COUNTS
    difference = seen(0, 0.0, SIZE / 2 + rate * FRAMES / 2, SIZE / 2, rate, 0.0, mover_counts=counts)
    assert drifts_amid(difference, counts) == [pytest.approx(rate, abs=0.03)]


def test_what_stands_out_about_a_place_is_what_moves_there() -> None:
    difference = seen(1, 6000.0, SIZE / 2 + 5.0, SIZE / 2 + 4.0, 0.2, 0.4)
    motion, signal_to_noise = strongest_about(difference, SIZE / 2, SIZE / 2, FWHM)
    assert (motion.vx, motion.vy) == pytest.approx((0.2, 0.4), abs=0.15)
    assert signal_to_noise > 15
    nothing = seen(2, 6000.0, 30.0, 30.0, 0.0, 0.0)
    assert strongest_about(nothing, SIZE / 2, SIZE / 2, FWHM)[1] < 6

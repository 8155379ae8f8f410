"""Slow movers that pass stars: each is where it is, and no star moves because one passes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.difference import Difference, differ
from tomoe_es.reduction.moving_objects.over_stars import Motion, fit_over_stars
from tomoe_es.reduction.moving_objects.search import search
from tomoe_es.reduction.near_frames import group_edges
from tomoe_es.reduction.photometry import SOURCE_TYPE

FRAMES, SIZE, NOISE, FWHM = 18, 256, 30.0, 3.0
SIGMA = FWHM / 2.3548
MOVER_COUNTS = 10 * NOISE * np.sqrt(4 * np.pi) * SIGMA
"""A signal-to-noise ratio of 10 in one frame."""


def seen(seed: int, star_counts: float, x: float, y: float, vx: float, vy: float) -> Difference:
    """A star in the middle, and a mover at `x`, `y` in the last frame."""
    random = np.random.default_rng(seed)
    frames = random.normal(0, NOISE, (FRAMES, SIZE, SIZE)).astype(np.float32)
    for number, frame in enumerate(frames):
        before = FRAMES - 1 - number
        frame += light(SIZE / 2, SIZE / 2, star_counts)
        frame += light(x - vx * before, y - vy * before, MOVER_COUNTS)
    trusted = np.zeros((SIZE, SIZE), bool)
    edges = group_edges(1, FRAMES)
    groups = np.array([frames[a:b].mean(axis=0) for a, b in pairwise(edges)], np.float32)
    return differ(frames, groups, 1, trusted, 0.0, np.full((SIZE, SIZE), NOISE**2, np.float32))


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


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_a_star_does_not_drift_because_a_mover_comes_near(seed: int) -> None:
    difference = seen(seed, 800.0, SIZE / 2 - 2, SIZE / 2, 0.5, -0.5)
    found = search(difference, sources(800.0), FWHM, 1.0).tracks
    assert [round(track.pixels_a_frame, 1) for track in found] == [0.7]

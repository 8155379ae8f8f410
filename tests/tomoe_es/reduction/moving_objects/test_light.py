"""The light of movers: as the truth says, however fast they are, and not that of a star beside them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.difference import Difference, differ
from tomoe_es.reduction.moving_objects.light import fitted, holds_a_star
from tomoe_es.reduction.moving_objects.moving_light import Light
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.near_frames import over_time
from tomoe_es.reduction.optimal import MOFFAT_BETA, Profile
from tomoe_es.reduction.photometry import SOURCE_TYPE

from .sky import Searched, movers, search_sky

SLOWEST = (0.07, 0.1, 0.15)
SLOW = (0.2, 0.3, 0.5)
FAST = (0.7, 1.0, 2.0, 3.0, 5.0)
TRAILING = (7.0, 10.0, 15.0, 20.0)
SPEEDS = (*SLOWEST, *SLOW, *FAST, *TRAILING)
MAGNITUDE = 15.5


@pytest.fixture(scope="module")
def searched() -> Searched:
    return search_sky(11, movers(11, [(speed, MAGNITUDE) for speed in SPEEDS]))


@pytest.mark.parametrize(
    "speeds", [SLOWEST, SLOW, FAST, TRAILING], ids=["slowest", "slow", "fast", "trailing"]
)
def test_magnitudes_are_those_of_the_truth(searched: Searched, speeds: tuple[float, ...]) -> None:
    off = []
    for speed in speeds:
        [track] = searched.of(f"mover {SPEEDS.index(speed)}")
        magnitude = searched.moving.tracklets[track].magnitude
        assert magnitude is not None
        off.append(magnitude - MAGNITUDE)
    assert abs(np.mean(off)) < 0.03
    assert max(np.abs(off)) < 0.1


FRAMES, SIZE, NOISE = 18, 128, 30.0
MIDDLE = FRAMES / 2
PROFILE = Profile.of_fwhm(3.0)
MOVER_COUNTS = 10_000.0


def light(x: float, y: float, counts: float) -> NDArray[np.float64]:
    v, u = np.mgrid[:SIZE, :SIZE]
    return counts * PROFILE.peak * (1 + ((u - x) ** 2 + (v - y) ** 2) / PROFILE.alpha**2) ** -MOFFAT_BETA


def seen(rate: float, star_counts: float, start: float) -> tuple[Difference, Track]:
    """A mover beside a star, and a track that begins at another rate than the true one."""
    random = np.random.default_rng(3)
    frames = random.normal(0, NOISE, (FRAMES, SIZE, SIZE)).astype(np.float32)
    for number, frame in enumerate(frames):
        frame += light(60.0, 60.0, star_counts) + light(62.5 + rate * (number - MIDDLE), 60.0, MOVER_COUNTS)
    light_of = CalibratedFrames.of_light(frames)
    variance = np.full((SIZE, SIZE), NOISE**2, np.float32)
    difference = differ(light_of, over_time(light_of, 1), 1, np.zeros((SIZE, SIZE), bool), 0.0, variance)
    at = np.arange(1.0, FRAMES)
    x, y = 62.0 + start * (at - MIDDLE), np.full(FRAMES - 1, 60.3)
    return difference, Track("drift", at, x, y, 62.0 - start * MIDDLE, 60.3, start, 0.0, 0.3, 10.0, 9.0)


@pytest.mark.parametrize("known", [True, False], ids=["a source", "blended"])
@pytest.mark.parametrize("star_counts", [3e4, 3e5], ids=["15 mag", "12 mag"])
@pytest.mark.parametrize("rate", [0.12, 0.2, 0.5])
def test_a_bright_star_beside_a_slow_mover_is_not_its_light(
    rate: float, star_counts: float, known: bool
) -> None:
    difference, start = seen(rate, star_counts, 0.8 * rate)
    sources = np.zeros(int(known), SOURCE_TYPE)
    sources["x"], sources["y"] = 60.0, 60.0
    track, found = fitted(start, difference, 1, PROFILE, 1.0, sources)
    assert found is not None
    assert abs(found.counts - MOVER_COUNTS) < 3 * found.error
    assert found.error < 0.3 * MOVER_COUNTS
    stated = track.rms_pixels / np.sqrt(2 * len(track.parts()[0]))
    for part in track.parts():
        true = 62.5 + rate * (track.frame[part] - MIDDLE)
        off = np.mean(track.x[part] - true), np.mean(track.y[part] - 60.0)
        assert np.abs(off).max() < 3.5 * stated
    assert stated < 0.3


def test_what_moves_and_what_the_mean_shows_are_told_apart_only_where_a_star_adds_to_it() -> None:
    assert holds_a_star(Light(100.0, 10.0), Light(300.0, 10.0))
    assert not holds_a_star(Light(100.0, 10.0), Light(130.0, 10.0))
    assert not holds_a_star(Light(100.0, 90.0), Light(1000.0, 10.0))
    # A rate taken for nearly nothing makes any light of the product of both.
    assert not holds_a_star(Light(1e9, 1e6), Light(300.0, 10.0))


@pytest.mark.parametrize("start", [-0.05, -0.02, 0.01, 0.05])
def test_a_drift_that_was_found_too_slow_does_not_become_a_bright_star(start: float) -> None:
    difference, found = seen(0.12, 0.0, start)
    track, counts = fitted(found, difference, 1, PROFILE, 1.0, np.zeros(0, SOURCE_TYPE))
    assert counts is not None
    assert counts.counts == pytest.approx(MOVER_COUNTS, rel=0.1)
    assert track.vx == pytest.approx(0.12, abs=0.03)

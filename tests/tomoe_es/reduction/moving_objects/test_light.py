"""The light of movers: as the truth says, however fast they are, and not that of a star beside them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.difference import differ
from tomoe_es.reduction.moving_objects.light import fitted
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
PROFILE = Profile.of_fwhm(3.0)
MOVER_COUNTS = 10_000.0


def light(x: float, y: float, counts: float) -> NDArray[np.float64]:
    v, u = np.mgrid[:SIZE, :SIZE]
    return counts * PROFILE.peak * (1 + ((u - x) ** 2 + (v - y) ** 2) / PROFILE.alpha**2) ** -MOFFAT_BETA


@pytest.mark.parametrize("known", [True, False], ids=["a source", "blended"])
@pytest.mark.parametrize("star_counts", [3e4, 3e5], ids=["15 mag", "12 mag"])
@pytest.mark.parametrize("rate", [0.12, 0.2, 0.5])
def test_a_bright_star_beside_a_slow_mover_is_not_its_light(
    rate: float, star_counts: float, known: bool
) -> None:
    random, middle = np.random.default_rng(3), (1 + FRAMES - 1) / 2
    frames = random.normal(0, NOISE, (FRAMES, SIZE, SIZE)).astype(np.float32)
    for number, frame in enumerate(frames):
        frame += light(60.0, 60.0, star_counts) + light(62.5 + rate * (number - middle), 60.0, MOVER_COUNTS)
    light_of = CalibratedFrames.of_light(frames)
    variance = np.full((SIZE, SIZE), NOISE**2, np.float32)
    difference = differ(light_of, over_time(light_of, 1), 1, np.zeros((SIZE, SIZE), bool), 0.0, variance)
    sources = np.zeros(int(known), SOURCE_TYPE)
    sources["x"], sources["y"] = 60.0, 60.0
    at = np.arange(1.0, FRAMES)
    found = 62.0 + 0.8 * rate * (at - middle)
    start = Track(
        "drift", at, found, 60.3 + 0 * at, found[0] - 0.8 * rate, 60.3, 0.8 * rate, 0.0, 0.3, 10.0, 9.0
    )
    track, seen = fitted(start, difference, 1, PROFILE, 1.0, sources)
    assert seen is not None
    assert abs(seen.counts - MOVER_COUNTS) < 3 * seen.error
    assert seen.error < 0.3 * MOVER_COUNTS
    stated = track.rms_pixels / np.sqrt(2 * len(track.parts()[0]))
    for part in track.parts():
        off = np.mean(track.x[part] - (62.5 + rate * (at[part] - middle))), np.mean(track.y[part] - 60.0)
        assert np.abs(off).max() < 3.5 * stated
    assert stated < 0.3

"""The magnitudes of movers of known light: as the truth says, however fast they are."""

from __future__ import annotations

import numpy as np
import pytest

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

"""Rates and sightings of movers: as the truth says, within the errors that are stated, slow ones too."""

from __future__ import annotations

import numpy as np
import pytest

from .sky import START_US, Searched, movers, search_sky

SPEEDS = {8: (0.7, 1.0, 1.5, 2.0, 4.0, 8.0), 18: (0.15, 0.3, 0.5, 1.0, 2.0, 5.0)}
MAGNITUDE = 15.0


@pytest.fixture(scope="module", params=SPEEDS)
def searched(request: pytest.FixtureRequest) -> Searched:
    frames: int = request.param
    wanted = [(speed, MAGNITUDE) for speed in SPEEDS[frames] for _ in range(3)]
    return search_sky(21, movers(21, wanted), transparency=(1.0,) * frames)


def test_rates_and_sightings_are_those_of_the_truth(searched: Searched) -> None:
    rate_errors, off, stated = [], [], []
    names = sorted({each.name for each in searched.truth})
    for name in names:
        tracks = searched.of(name)
        if len(tracks) != 1:  # two that come near each other
            continue
        places = [each for each in searched.truth if each.name == name]
        seconds = np.array([each.time_us - START_US for each in places]) / 1e6
        x, y = (np.polyfit(seconds, [getattr(each, axis) for each in places], 1) for axis in "xy")
        sightings = searched.moving.tracklets[tracks[0]].sightings
        times = np.array([each.time_us - START_US for each in sightings]) / 1e6
        found_x, found_y = (np.array([getattr(each, axis) for each in sightings]) for axis in "xy")
        rate = np.hypot(found_x[-1] - found_x[0], found_y[-1] - found_y[0]) / (times[-1] - times[0])
        rate_errors.append(rate / np.hypot(x[0], y[0]) - 1)
        off += [*(found_x - np.polyval(x, times)), *(found_y - np.polyval(y, times))]
        stated += [each.error_pixels for each in sightings] * 2
    assert len(rate_errors) >= len(names) - 4
    assert abs(np.mean(rate_errors)) < 0.01
    assert np.abs(rate_errors).max() < 0.05
    assert np.sqrt(np.mean(np.square(off) / np.square(stated))) < 1.5

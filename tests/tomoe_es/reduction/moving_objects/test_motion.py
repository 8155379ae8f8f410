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


def departures(searched: Searched) -> tuple[list[float], list[float], list[float]]:
    """Of all movers found once: relative errors of their rates; of sightings what they are off, and say."""
    rate_errors, off, stated = [], [], []
    for name in sorted({each.name for each in searched.truth}):
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
        along = np.array([x[0], y[0]]) / np.hypot(x[0], y[0])
        departs = np.array([found_x - np.polyval(x, times), found_y - np.polyval(y, times)])
        off += [*(along @ departs), *(np.array([-along[1], along[0]]) @ departs)]
        stated += [each.error_along_pixels for each in sightings]
        stated += [each.error_across_pixels for each in sightings]
    return rate_errors, off, stated


def test_rates_and_sightings_are_those_of_the_truth(searched: Searched) -> None:
    rate_errors, off, stated = departures(searched)
    assert len(rate_errors) >= len({each.name for each in searched.truth}) - 4
    assert abs(np.mean(rate_errors)) < 0.01
    assert np.abs(rate_errors).max() < 0.05
    assert np.sqrt(np.mean(np.square(off) / np.square(stated))) < 1.5


def test_streaks_are_where_their_ends_are() -> None:
    faint = [
        (speed, 17.4 - 1.25 * np.log10(speed / 10)) for speed in (15.0, 20.0, 30.0, 40.0) for _ in range(4)
    ]
    rate_errors, off, stated = departures(search_sky(32, movers(32, faint)))
    assert len(rate_errors) >= len(faint) - 2
    assert np.abs(rate_errors).max() < 0.01
    assert 0.7 < np.sqrt(np.mean(np.square(off) / np.square(stated))) < 1.4
    assert np.abs(np.divide(off, stated)).max() < 4.5

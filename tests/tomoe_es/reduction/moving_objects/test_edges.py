"""Movers that come over an edge of the chip or leave it: where they are, as far as they are seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tomoe_es.reduction.moving_objects.light import fitted
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.photometry import SOURCE_TYPE

from .sky import Searched, crossing, search_sky
from .test_light import PROFILE, seen

SPEEDS = (0.5, 1.5, 3.0, 5.0, 10.0, 20.0, 30.0)
BRIGHT = {0.5: 17.3, 1.5: 17.3, 3.0: 17.2, 5.0: 17.0, 10.0: 16.6, 20.0: 16.2, 30.0: 16.0}
LEAST_FOUND = 0.75
"""Of those that move 1.5 pixels a frame and more: some have too few points."""


@pytest.fixture(scope="module")
def searched() -> Searched:
    return search_sky(41, crossing(41, [(speed, BRIGHT[speed]) for speed in SPEEDS]))


def test_places_and_rates_are_those_of_the_truth_within_their_errors(searched: Searched) -> None:
    off, stated, rate_off = [], [], []
    for name in sorted({each.name for each in searched.truth}):
        for number in searched.of(name):
            places = [each for each in searched.truth if each.name == name]
            seconds = np.array([each.time_us - places[0].time_us for each in places]) / 1e6
            lines = [np.polyfit(seconds, [getattr(each, axis) for each in places], 1) for axis in "xy"]
            sightings = searched.moving.tracklets[number].sightings
            times = np.array([each.time_us - places[0].time_us for each in sightings]) / 1e6
            along = np.array([line[0] for line in lines]) / np.hypot(*(line[0] for line in lines))
            departs = np.array(
                [
                    [getattr(each, axis) for each in sightings] - np.polyval(line, times)
                    for axis, line in zip("xy", lines, strict=True)
                ]
            )
            axes = np.array([along, [-along[1], along[0]]]) @ departs
            errors = np.array([[each.error_along_pixels, each.error_across_pixels] for each in sightings]).T
            off.append(axes)
            stated.append(errors)
            rate_off.append((axes[:, -1] - axes[:, 0]) / np.hypot(errors[:, 0], errors[:, -1]))
    assert len(off) > LEAST_FOUND * 8 * (len(SPEEDS) - 1)
    assert np.abs(np.divide(off, stated)).max() < 4.5
    assert 0.7 < np.sqrt(np.mean(np.square(np.divide(off, stated)))) < 1.3
    assert 0.7 < np.sqrt(np.mean(np.square(rate_off))) < 1.3


def test_none_is_found_that_is_not_there(searched: Searched) -> None:
    assert searched.false() == []


@pytest.mark.parametrize("off", [4.0, 6.0])
def test_what_the_fit_finds_elsewhere_is_not_stated_as_precise(off: float) -> None:
    difference, found = seen(2.0, 0.0, 2.0)
    beside = replace(found, x=found.x + 0.5, y=found.y - 0.3 + off, x0=found.x0 + 0.5, y0=60.0 + off)
    track, _ = fitted(beside, difference, 1, PROFILE, 1.0, np.zeros(0, SOURCE_TYPE))
    assert np.abs(track.y - 60.0).max() < 3 * error_of(track)


def error_of(track: Track) -> float:
    return max(track.rms_pixels, 0.05) / float(np.sqrt(len(track.parts()[0])))

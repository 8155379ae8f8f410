"""The times of a night, from the altitude of the Sun."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.night import night_span
from tomoe_es.scheduling.sky import SUN_UP_DEG, sun_altitude

OBSERVING_DEG = -12.0
"""Nautical twilight: dark enough for the survey without a filter."""


class NightTimes(msgspec.Struct, frozen=True):
    """UTC microseconds of the night's milestones."""

    start_up_us: int
    calibration_us: int
    sunset_us: int
    observing_start_us: int
    observing_end_us: int
    sunrise_us: int


def night_times(night: str) -> NightTimes:
    """The milestones of a night; raises ValueError when `night` is not a date."""
    noon, next_noon = night_span(night)
    midnight = (noon + next_noon) // 2
    sunset = _crossing(lambda time: sun_altitude(time) > SUN_UP_DEG, noon, midnight)
    dark = _crossing(lambda time: sun_altitude(time) > OBSERVING_DEG, noon, midnight)
    light = _crossing(lambda time: sun_altitude(time) < OBSERVING_DEG, midnight, next_noon)
    sunrise = _crossing(lambda time: sun_altitude(time) < SUN_UP_DEG, midnight, next_noon)
    return NightTimes(
        start_up_us=sunset - 20 * MINUTE,
        calibration_us=sunset - 10 * MINUTE,
        sunset_us=sunset,
        observing_start_us=dark,
        observing_end_us=light,
        sunrise_us=sunrise,
    )


def _crossing(before: Callable[[int], bool], start: int, end: int) -> int:
    """The full second at which `before` ceases to hold between start and end."""
    low, high = start // SECOND, end // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if before(middle * SECOND):
            low = middle
        else:
            high = middle
    return high * SECOND

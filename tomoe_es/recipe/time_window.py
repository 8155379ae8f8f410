"""The time window of a recipe: two UTC times of day, and the moments of a night that they mean."""

from __future__ import annotations

import re

from tomoe_es.night import night_span, time_of_day_in_night

_TIME_OF_DAY = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,6})?))?")


def moment_of(time_of_day: str, night: str) -> int:
    """UTC microseconds of a time of day, as 'HH:MM:SS.s', in a night; raises ValueError when it is none."""
    match = _TIME_OF_DAY.fullmatch(time_of_day)
    if match is None:
        raise ValueError(f"'{time_of_day[:60]}' is not a time of day")
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3] or 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise ValueError(f"'{time_of_day}' is not a time of day")
    return time_of_day_in_night(night, hours, minutes, seconds)


def window_span(time_window: tuple[str, str], night: str) -> tuple[int, int]:
    """Begin and end (UTC microseconds) of a recipe's time window in a night.

    Raises ValueError when it is empty, or runs over the local noon at which a night begins and ends.
    """
    start_us, end_us = (moment_of(each, night) for each in time_window)
    noon_us, next_noon_us = night_span(night)
    if end_us == noon_us < start_us:
        end_us = next_noon_us
    if end_us == start_us:
        raise ValueError("the window has no length")
    if end_us < start_us:
        raise ValueError("the window is longer than the night: it runs over 03:00 UTC, local noon")
    return start_us, end_us

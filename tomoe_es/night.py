"""The night: named by the local date of its evening, from local noon to local noon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from tomoe_es.clock import from_datetime, to_datetime

JST = timezone(timedelta(hours=9), "JST")
"""Local time of the observatory; Japan has no summer time."""


def night_of(time_us: int) -> str:
    """Name of the night that a UTC time belongs to, as '2023-12-12'."""
    return (to_datetime(time_us).astimezone(JST) - timedelta(hours=12)).date().isoformat()


def night_span(night: str) -> tuple[int, int]:
    """Local noon at the night's beginning and at its end, in UTC microseconds.

    Raises ValueError when `night` is not a date as '2023-12-12'.
    """
    evening = date.fromisoformat(night)
    if evening.isoformat() != night or evening == date.max:
        raise ValueError(f"{night} is not written as 2023-12-12, or is the last day of all")
    noon = datetime(evening.year, evening.month, evening.day, 12, tzinfo=JST)
    return from_datetime(noon), from_datetime(noon + timedelta(days=1))


def time_of_day_in_night(night: str, hours: int, minutes: int, seconds: float) -> int:
    """The one moment of the night at which a UTC clock shows this time of day.

    Raises ValueError when it is no time of day.
    """
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(f"{hours:02d}:{minutes:02d}:{seconds:04.1f} is not a time of day")
    start, end = night_span(night)
    day = to_datetime(start).astimezone(UTC).date()
    for candidate in (day, day + timedelta(days=1)):
        midnight = from_datetime(datetime(candidate.year, candidate.month, candidate.day, tzinfo=UTC))
        moment = midnight + round((hours * 3600 + minutes * 60 + seconds) * 1_000_000)
        if start <= moment < end:
            return moment
    raise AssertionError("a night has every time of day once")

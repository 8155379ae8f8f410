"""Time, which always comes from outside; UTC in integer microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_J2000_US = 946_728_000 * SECOND


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """UTC now, in microseconds since 1970."""


def to_datetime(time_us: int) -> datetime:
    """UTC microseconds to an aware datetime."""
    return _EPOCH + timedelta(microseconds=time_us)


def from_datetime(moment: datetime) -> int:
    """An aware datetime to UTC microseconds; raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: say UTC or JST")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def isot(time_us: int, digits: int = 3) -> str:
    """UTC as ISO 8601 with `digits` decimals (0 to 6), without a zone suffix, as FITS headers have it."""
    text = to_datetime(time_us).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text[: 20 + digits] if digits else text[:19]


def year_of(time_us: int) -> float:
    """The year with its fraction: Julian years of 365.25 days from J2000, noon of 2000-01-01."""
    return 2000.0 + (time_us - _J2000_US) / (365.25 * DAY)

"""A time span as a person writes it."""

from __future__ import annotations

import re

from tomoe_es.clock import DAY, HOUR, MINUTE, SECOND
from tomoe_es.errors import UsageError

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


class DurationInvalid(UsageError):
    """A time span is a number and a unit."""

    what_to_do = "write it as 90s, 30m, 2h or 1d"


def duration_us(text: str) -> int:
    """`30m` in microseconds; raises DurationInvalid."""
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])[a-z]*", text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise DurationInvalid(f"'{text}' is no time span: write it as 90s, 30m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]

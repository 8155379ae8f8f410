"""From a time to a position of the log."""

from __future__ import annotations

from bisect import bisect_left

from tomoe_es.log.port import EventLog


def position_at(log: EventLog, time: int) -> int:
    """First position whose event happened at or after a UTC time, in microseconds; head + 1 when none did.

    Looks at some 20 events in a night of a million, 30 in ten years. Events that came late stand among later
    ones: there, it is one of the positions where the times pass `time` (the event before is earlier).
    """

    def time_of(position: int) -> int:
        return next(log.read(after=position - 1, until=position)).time

    return bisect_left(range(1, log.head() + 1), time, key=time_of) + 1

"""The time at which what a person or a process does happens in the night that the log tells of."""

from __future__ import annotations

import time

from tomoe_es.events.system import NightPlanned
from tomoe_es.log.port import EventLog


def time_now(log: EventLog) -> int:
    """The time now, also by day; right after the newest event when the last night was simulated."""
    simulated = False
    for recorded in log.read(types=("NightPlanned",)):
        assert isinstance(recorded.payload, NightPlanned), "only its type was asked for"
        simulated = recorded.payload.simulated
    if not simulated:
        return time.time_ns() // 1000
    newest = next(iter(log.read(after=log.head() - 1)))
    return newest.time + 1

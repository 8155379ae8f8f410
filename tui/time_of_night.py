"""The time at which what a person or a process does happens in the night that the log tells of."""

from __future__ import annotations

import time

from tomoe_es.events.system import NightPlanned
from tomoe_es.log.port import EventLog
from tomoe_es.machines.judging.passed_time import LEAD_US

LOOKED_AT = 200
"""Events at the log's end, among which the latest is sought: the last one may have been told late."""


def time_now(log: EventLog) -> int:
    """The time now, also by day; right after the latest event when the last night was simulated."""
    simulated = False
    for recorded in log.read(types=("NightPlanned",)):
        assert isinstance(recorded.payload, NightPlanned), "only its type was asked for"
        simulated = recorded.payload.simulated
    return latest(log) + 1 if simulated else time.time_ns() // 1000


def latest(log: EventLog) -> int:
    """The latest time at the log's end; what others wrote counts unless it is far ahead of the night's."""
    last = [(each.time, each.code) for each in log.read(after=max(0, log.head() - LOOKED_AT))]
    of_night = [time_us for time_us, code in last if code > 0]
    if of_night:
        newest = max(of_night)
        return max(time_us for time_us, _ in last if time_us - newest <= LEAD_US)
    return max(time_us for time_us, _ in last)

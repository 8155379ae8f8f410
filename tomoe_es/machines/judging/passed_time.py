"""Whose word it is that time has passed: that of the night's own process, whose clock can't jump.

Other processes and machines write into the log too, with clocks of their own. If one of them is wrong, an
event from far ahead must not make everything overdue that is waited for: it is judged as if it came at the
newest time of the night, until the night's own events show who is right.
"""

from __future__ import annotations

import msgspec

from tomoe_es.clock import SECOND
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.events.system import NightPlanned, NightResumed
from tomoe_es.events.telescope import MountRead
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import Ahead, Known

LEAD_US = 60 * SECOND
"""So far others may be ahead: the night's own process records something each 30 s."""
_ALWAYS_OF_NIGHT = (NightPlanned, NightResumed, ViolationDetected, ViolationCleared)
"""What nobody else writes. The first two show whether events of the night's process name their code."""
SETTLING = (MountRead, WeatherRead)
"""Readings that the night's process records all the time, and that `ClocksDisagree` reads."""


def is_of_night(known: Known, recorded: Recorded) -> bool:
    """Whether the night's process wrote it: it alone names the code that writes."""
    return recorded.code > 0 or not known.names_code or isinstance(recorded.payload, _ALWAYS_OF_NIGHT)


def believed(known: Known, recorded: Recorded) -> Recorded:
    """An event at the time at which it is judged: another one, where it is ahead by more than `LEAD_US`."""
    if recorded.time <= known.latest_us + LEAD_US or is_of_night(known, recorded):
        return recorded
    if known.ahead is None or recorded.time > known.ahead.time_us:
        known.ahead = Ahead(recorded.time, recorded.position, type(recorded.payload).__name__, recorded.actor)
    return msgspec.structs.replace(recorded, time=known.latest_us)


def settles(known: Known, recorded: Recorded) -> bool:
    """Whether an event shows what is to be thought of one that was ahead."""
    return isinstance(recorded.payload, SETTLING) and is_of_night(known, recorded)


def settle(known: Known, recorded: Recorded) -> None:
    """Once the night's own readings have shown who is right, nothing is ahead any more."""
    if settles(known, recorded):
        known.ahead = None

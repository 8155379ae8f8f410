"""A process of the system gives no signs of life."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Until it is heard again, or starts or stops."""
    event = recorded.payload
    if not isinstance(event, ProcessFellSilent):
        return None
    return Departing(f"process '{event.process}' ({event.pid}) is silent for {event.silent_seconds:g} s")


RULE = Rule(
    name="ProcessSilent",
    severity="serious",
    meaning="a process hangs or was killed without saying so",
    remedy="look at it on its machine; if it is the night's, the guardian makes the telescope safe",
    thing="process/{0.process}",
    reads=(ProcessFellSilent, ProcessHeardAgain, ProcessStarted, ProcessStopped),
    judge=judge,
)

"""The loudest rule: an exception that nobody foresaw, in whatever process."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each one that has no name is told."""
    event = recorded.payload
    if not isinstance(event, ErrorRaised) or event.understood:
        return None
    place = f" at {event.where}" if event.where else ""
    return Departing(f"{event.condition}: {event.message}{place}")


RULE = Rule(
    name="UnfamiliarError",
    severity="critical",
    meaning="a process met an exception that has no name: nobody foresaw it, so nobody knows what it did",
    remedy="see by the devices' readings that the telescope is safe; then report the exception and its place",
    thing="process/{0.process}",
    lasts=False,
    reads=(ErrorRaised,),
    judge=judge,
)

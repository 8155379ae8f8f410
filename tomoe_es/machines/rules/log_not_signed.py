"""A night could not sign its log: nothing that left the machine shows what it held."""

from __future__ import annotations

from tomoe_es.errors import CheckpointNotSigned
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each time it was tried, at the night's beginning and at its end."""
    event = recorded.payload
    if not isinstance(event, ErrorRaised) or event.condition != CheckpointNotSigned.__name__:
        return None
    return Departing(event.message)


RULE = Rule(
    name="LogNotSigned",
    severity="serious",
    meaning="the night's log is not signed: its key or disk is at fault, or the log is not the one of before",
    remedy="run `tomoe log verify`, mend what it says, then `tomoe log checkpoint`",
    thing="log",
    lasts=False,
    reads=(ErrorRaised,),
    judge=judge,
)

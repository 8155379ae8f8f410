"""The engine that runs the reduction's jobs is gone."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionEngineLost, ReductionEngineStarted
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Until an engine starts."""
    event = recorded.payload
    if not isinstance(event, ReductionEngineLost):
        return None
    return Departing(f"{event.engine}: {event.condition}: {event.message}")


RULE = Rule(
    name="ReductionEngineGone",
    severity="serious",
    meaning="nothing is reduced: raw cubes pile up on the buffer storage",
    remedy="start the scheduler and the workers again; the jobs wait in the queue and go on by themselves",
    thing="reduction_engine",
    reads=(ReductionEngineLost, ReductionEngineStarted),
    judge=judge,
)

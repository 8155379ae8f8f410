"""A worker gave no result within its lease."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionFailed, ReductionLeaseExpired
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each lease by itself; the last one ends as a failure of this name."""
    event = recorded.payload
    assert isinstance(event, ReductionLeaseExpired | ReductionFailed), "the rule reads nothing else"
    if isinstance(event, ReductionFailed) and event.condition != "LeaseExpired":
        return None
    return Departing(f"{event.frame_id}: no result from attempt {event.attempt} within its lease")


RULE = Rule(
    name="WorkerSilent",
    severity="warning",
    meaning="a worker died or hangs; its chip-cube is reduced again by another",
    remedy="look at the workers' machines: memory, disk, and whether the processes live",
    thing="chip_cube/{0.frame_id}",
    lasts=False,
    reads=(ReductionLeaseExpired, ReductionFailed),
    judge=judge,
)

"""A worker died, or gave no result within its lease."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionFailed, ReductionLeaseExpired
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

ENDS_OF_WORKERS = ("LeaseExpired", "WorkerDied", "WorkerHung")
"""Conditions of a failure that is the worker's and not the job's."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each attempt by itself; the last lease that ends is a failure of this name."""
    event = recorded.payload
    assert isinstance(event, ReductionLeaseExpired | ReductionFailed), "the rule reads nothing else"
    if isinstance(event, ReductionFailed) and event.condition not in ENDS_OF_WORKERS:
        return None
    how = event.message if isinstance(event, ReductionFailed) else "no result within its lease"
    return Departing(f"{event.frame_id}: attempt {event.attempt}: {how}")


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

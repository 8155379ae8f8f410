"""The reduction is slower than the acquisition."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionFinished, ReductionQueued
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

EXPOSURES_BEHIND = 60
"""So many exposures may wait: a long cloudless run of short exposures, or an hour without workers."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By how many chip-cubes wait or are being reduced."""
    plan = known.plan
    if plan is None or known.unreduced <= EXPOSURES_BEHIND * len(plan.chips):
        return None
    return Departing(
        f"{known.unreduced} chip-cubes wait for their reduction: more than {EXPOSURES_BEHIND} exposures"
    )


RULE = Rule(
    name="ReductionBehindAcquisition",
    severity="warning",
    meaning="raw cubes pile up on the buffer storage faster than they are reduced",
    remedy="see whether workers are missing or slow; add workers before the buffer storage is full",
    thing="reduction",
    reads=(ReductionQueued, ReductionFinished),
    judge=judge,
)

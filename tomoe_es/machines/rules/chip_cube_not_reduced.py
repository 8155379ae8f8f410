"""A chip-cube is neither archived, rejected nor given up in time."""

from __future__ import annotations

from tomoe_es.events.reduction import ReductionFailed, ReductionFinished
from tomoe_es.events.transfer import ChipCubeBuffered
from tomoe_es.machines.rule import Deadline, Mark

HOURS = 3.0

RULE = Deadline(
    name="ChipCubeNotReduced",
    severity="warning",
    meaning="the reduction falls behind, or has forgotten a chip-cube, whose raw frames have a time to live",
    remedy="look at the reduction queue and its workers with 'tomoe status'",
    thing="chip_cube/{}",
    about="frame_id",
    begins=(Mark(ChipCubeBuffered),),
    ends=(Mark(ReductionFinished), Mark(ReductionFailed, lambda failed: failed.given_up)),
    within_seconds=HOURS * 3600.0,
    expected="its result",
)

"""The focus stands where no image can be sharp."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import FocusRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.observatory import FOCUS_RANGE_MM


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the drive's own encoder."""
    focus = known.hardware.focus
    lowest, highest = FOCUS_RANGE_MM
    if focus is None or lowest <= focus.position_mm <= highest:
        return None
    return Departing(f"the focus reads {focus.position_mm:.3f} mm, outside {lowest:g} to {highest:g} mm")


RULE = Rule(
    name="FocusOutOfRange",
    severity="warning",
    meaning="the focus is outside the range in which the telescope was ever in focus",
    remedy="compare 'SetFocus' of the recipe with the focus of the last nights; look at the encoder",
    thing="focus",
    reads=(FocusRead,),
    judge=judge,
)

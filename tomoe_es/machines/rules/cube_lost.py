"""The cube of one chip never reached the buffer storage."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.transfer import ChipCubeLost
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each chip by itself."""
    event = recorded.payload
    assert isinstance(event, ChipCubeLost), "the rule reads nothing else"
    return Departing(f"{event.frame_id} is lost: {event.condition}: {event.message}")


RULE = Rule(
    name="CubeLost",
    severity="warning",
    meaning="the frames of one chip are gone before anything was made of them",
    remedy="small losses are like clouds; when they come again, look at the condition that is named",
    thing="chip_cube/{0.frame_id}",
    lasts=False,
    reads=(ChipCubeLost,),
    judge=judge,
)

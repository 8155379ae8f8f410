"""The camera overwrote frames that were not yet transferred."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.transfer import RingOverwritten
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each chip by itself."""
    event = recorded.payload
    assert isinstance(event, RingOverwritten), "the rule reads nothing else"
    return Departing(f"{event.frame_id}: {event.frames} frames were overwritten in the ring buffer")


RULE = Rule(
    name="FramesOverwritten",
    severity="serious",
    meaning="the transfer was slower than the camera: frames of this cube are gone",
    remedy="see what slowed the transfer: the network, the buffer storage, or other processes",
    thing="chip_cube/{0.frame_id}",
    lasts=False,
    reads=(RingOverwritten,),
    judge=judge,
)

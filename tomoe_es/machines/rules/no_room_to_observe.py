"""Observing is suspended because a disk has no room for what it makes."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import StorageRead
from tomoe_es.machines.amounts import bytes_text
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Buffer storage and log, by the limits of control; over when there is enough to begin again."""
    event = recorded.payload
    assert isinstance(event, StorageRead), "the rule reads nothing else"
    if event.storage not in known.no_room:
        return None
    return Departing(
        f"{event.storage}: {bytes_text(event.free_bytes)} are free, too little to go on observing"
    )


RULE = Rule(
    name="NoRoomToObserve",
    severity="critical",
    meaning="observing is suspended for want of room on a disk; for want of the log's the dome is closed too",
    remedy="make room on the disk of the data folder; observing goes on by itself when there is enough",
    thing="storage/{0.storage}",
    reads=(StorageRead,),
    judge=judge,
)

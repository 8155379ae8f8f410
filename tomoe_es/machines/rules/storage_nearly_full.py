"""The buffer storage, the archive or the log's disk is nearly full."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import StorageRead
from tomoe_es.machines.amounts import bytes_text
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

LEAST_FREE = 0.05


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each storage by itself."""
    event = recorded.payload
    assert isinstance(event, StorageRead), "the rule reads nothing else"
    size = event.used_bytes + event.free_bytes
    if event.free_bytes >= LEAST_FREE * size:
        return None
    return Departing(f"{event.storage}: {bytes_text(event.free_bytes)} of {bytes_text(size)} are free")


RULE = Rule(
    name="StorageNearlyFull",
    severity="serious",
    meaning="when it is full, the data path stalls, and trouble multiplies",
    remedy="shorten the buffer's time to live, or move what is archived; never delete from the log",
    thing="storage/{0.storage}",
    reads=(StorageRead,),
    judge=judge,
)

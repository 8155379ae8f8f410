"""The buffer storage, the archive or the log's disk can't be looked at."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import StorageRead
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each storage by itself; other devices have machines of their own."""
    event = recorded.payload
    if not isinstance(event, DeviceUnreachable) or not event.device.startswith("storage/"):
        return None
    return Departing(f"{event.device} can't be looked at: {event.message}")


RULE = Rule(
    name="StorageGone",
    severity="serious",
    meaning="a disk or its machine is gone: what is to be written there is lost or waits",
    remedy="look at the machine and its mount points; the cubes in the ring buffer wait for seconds only",
    thing="{1.stream}",
    reads=(DeviceUnreachable, DeviceReached, StorageRead),
    judge=judge,
)

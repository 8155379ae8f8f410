"""What a night says stream by stream, save what differs from run to run: process ids and measured times."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.reduction import ReductionFinished
from tomoe_es.events.system import ProcessStarted, ProcessStopped

from .conftest import FinishedNight


def streams(night: FinishedNight) -> dict[str, list[tuple[int, str, Event]]]:
    """Time, actor and payload of each event, by stream, in the order of the stream."""
    found: dict[str, list[tuple[int, str, Event]]] = defaultdict(list)
    for each in night.events:
        found[each.stream].append((each.time, each.actor, _repeatable(each.payload)))
    return found


def _repeatable(event: Any) -> Event:
    match event:
        case ProcessStarted() | ProcessStopped():
            return msgspec.structs.replace(event, pid=0)
        case ReductionFinished():
            return msgspec.structs.replace(event, stage_seconds={})
    assert isinstance(event, Event)
    return event

"""The positions that events hold in their payloads, in a part of a log that is numbered from 1 again."""

from __future__ import annotations

from typing import Any

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.monitor import ViolationAcknowledged, ViolationCleared, ViolationDetected
from tomoe_es.events.notification import NotificationQueued

_FIELDS: dict[type[Event], tuple[str, ...]] = {
    ViolationDetected: ("evidence", "chain"),
    ViolationCleared: ("detected",),
    ViolationAcknowledged: ("detected",),
    NotificationQueued: ("about",),
}


def in_part(event: Event, before: int) -> Event:
    """The event as it is in the part of a log after its first `before` events.

    What it names of these is not in the part: it keeps its number, with a minus sign.
    """
    if not before or type(event) not in _FIELDS:
        return event
    given = {name: _in_part(getattr(event, name), before) for name in _FIELDS[type(event)]}
    return msgspec.structs.replace(event, **given)


def _in_part(positions: Any, before: int) -> Any:
    if isinstance(positions, list):
        return [_in_part(each, before) for each in positions]
    return positions - before if positions > before else -positions if positions > 0 else positions

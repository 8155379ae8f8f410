"""Every event type, in one tagged union; adding a type touches the module of its subject only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

import msgspec

from tomoe_es.events import (
    camera,
    monitor,
    notification,
    queue,
    recipe,
    reduction,
    safety,
    system,
    telescope,
    transfer,
    weather,
)
from tomoe_es.events.base import Event
from tomoe_es.events.erased import ErasedPayload

SUBJECTS = (
    *(recipe, queue, telescope, weather, camera, transfer, reduction),
    *(monitor, safety, notification, system),
)


def _concrete_types(base: type[Event]) -> list[type[Event]]:
    """Leaves of the class tree below `base`: what can be recorded."""
    below = base.__subclasses__()
    return [leaf for each in below for leaf in _concrete_types(each)] if below else [base]


EVENT_TYPES: dict[str, type[Event]] = {
    each.__name__: each
    for each in sorted(_concrete_types(Event), key=lambda each: each.__name__)
    if each is not ErasedPayload
}
"""Event types by the name that tags them: all that can be appended."""

if TYPE_CHECKING:
    AnyEvent = Event
else:  # built from the modules
    AnyEvent = Union[tuple(EVENT_TYPES.values())]  # noqa: UP007

encode_event = msgspec.json.Encoder().encode
"""Event to JSON bytes, its type name included."""

decode_event = msgspec.json.Decoder(AnyEvent).decode
"""JSON bytes to the event; raises msgspec.ValidationError where they do not fit."""

__all__ = ["EVENT_TYPES", "SUBJECTS", "AnyEvent", "ErasedPayload", "Event", "decode_event", "encode_event"]

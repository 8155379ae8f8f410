"""What surrounds an event: before it is recorded, and after."""

from __future__ import annotations

import msgspec

from tomoe_es.events import AnyEvent, ErasedPayload, Event


class Draft(msgspec.Struct, frozen=True, gc=False):
    """An event to be appended, with when it happened, why, by which code and by whom."""

    payload: Event
    time: int  # UTC, microseconds since 1970, when it happened
    cause: int = 0  # position of the event that led to it; 0: none
    correlation: int = 0  # position of the recipe's first event; 0: none
    code: int = 0  # position of the CodeRegistered event of the writing version; 0: not yet registered
    actor: str = ""


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event in the log."""

    position: int  # global, from 1, without gaps
    stream: str
    version: int  # within the stream, from 1, without gaps
    time: int
    correlation: int
    cause: int
    code: int
    actor: str
    payload: AnyEvent | ErasedPayload  # one of the types below, or what stands for one that was erased

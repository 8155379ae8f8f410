"""Why each event of this night happened: its cause, so that a violation can tell what began it."""

from __future__ import annotations

import msgspec

_BYTES = 5
"""Of a position: enough for a million events a night in a thousand years."""
LONGEST_CHAIN = 32


class Causes(msgspec.Struct):
    """The causes of the events from position `first` on, packed: 5 MB for a night of a million events."""

    first: int = 1
    packed: bytearray = msgspec.field(default_factory=bytearray)


def take_in(causes: Causes, position: int, cause: int) -> None:
    """Remember an event's cause; positions come in order."""
    packed = causes.packed
    if position != causes.first + len(packed) // _BYTES:
        causes.first = position  # some events before it were not seen
        packed.clear()
    packed += cause.to_bytes(_BYTES, "little")


def forget(causes: Causes, before: int) -> None:
    """A new night begins: what led to the events of former nights is not asked any more."""
    causes.first = before
    causes.packed.clear()


def chain(causes: Causes, evidence: list[int]) -> list[int]:
    """From the first of the evidence back through its causes to what began it.

    A chain that leads out of this night ends with the first event before it.
    """
    links: list[int] = []
    position = evidence[0] if evidence else 0
    while position > 0 and len(links) < LONGEST_CHAIN:
        links.append(position)
        at = (position - causes.first) * _BYTES
        if not 0 <= at < len(causes.packed):
            break
        cause = int.from_bytes(causes.packed[at : at + _BYTES], "little")
        position = cause if cause < position else 0
    return links

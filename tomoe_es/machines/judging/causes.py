"""Why each event of this night happened: its cause, so that a violation can tell what began it."""

from __future__ import annotations

import struct

import msgspec

_PACKING = struct.Struct("<Q")
_pack = _PACKING.pack
LONGEST_CHAIN = 32


class Causes(msgspec.Struct):
    """The causes of the newest events, packed: 9 MB for a night of a million events."""

    next: int = 1  # position of the event that comes next
    packed: bytearray = msgspec.field(default_factory=bytearray)


def take_in(causes: Causes, position: int, cause: int) -> None:
    """Remember an event's cause; positions come in order."""
    if position != causes.next:  # some events before it were not seen
        causes.packed.clear()
    causes.packed += _pack(cause)
    causes.next = position + 1


def forget(causes: Causes) -> None:
    """A new night begins: what led to the events of former nights is not asked any more."""
    causes.packed.clear()


def chain(causes: Causes, evidence: list[int]) -> list[int]:
    """From the first of the evidence back through its causes to what began it.

    A chain that leads out of this night ends with the first event before it.
    """
    links: list[int] = []
    first = causes.next - len(causes.packed) // _PACKING.size
    position = evidence[0] if evidence else 0
    while position > 0 and len(links) < LONGEST_CHAIN:
        links.append(position)
        at = (position - first) * _PACKING.size
        if not 0 <= at < len(causes.packed):
            break
        [cause] = _PACKING.unpack(causes.packed[at : at + _PACKING.size])
        position = cause if cause < position else 0
    return links

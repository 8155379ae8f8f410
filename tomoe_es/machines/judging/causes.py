"""Why each event of this night happened: its cause, so that a violation can tell what began it."""

from __future__ import annotations

import struct

import msgspec

_BYTES = 8
"""Of a position that is packed."""
LONGEST_CHAIN = 32


class Causes(msgspec.Struct):
    """The cause of each event of the night, in order; who judges an event adds its own to `recent`."""

    packed: bytearray = msgspec.field(default_factory=bytearray)  # 8 MB for a million events
    recent: list[int] = []  # those after the packed ones
    recent_from: int = 1  # position of the first of these


def pack(causes: Causes) -> None:
    """Keep what is remembered in less room; to be called now and then."""
    causes.packed += struct.pack(f"<{len(causes.recent)}Q", *causes.recent)
    causes.recent_from += len(causes.recent)
    causes.recent.clear()


def begin(causes: Causes, position: int) -> None:
    """What led to the events before this position is not asked, or not known."""
    causes.packed.clear()
    causes.recent.clear()
    causes.recent_from = position


def chain(causes: Causes, evidence: list[int]) -> list[int]:
    """From the first of the evidence back through its causes to what began it.

    A chain that leads out of this night ends with the first event before it.
    """
    links: list[int] = []
    position = evidence[0] if evidence else 0
    while position > 0 and len(links) < LONGEST_CHAIN:
        links.append(position)
        cause = _cause_of(causes, position)
        if cause is None:
            break
        position = cause if cause < position else 0
    return links


def _cause_of(causes: Causes, position: int) -> int | None:
    """None: it is not remembered."""
    index = position - causes.recent_from
    if index >= 0:
        return causes.recent[index] if index < len(causes.recent) else None
    at = len(causes.packed) + index * _BYTES
    return int.from_bytes(causes.packed[at : at + _BYTES], "little") if at >= 0 else None

"""The base of every event type: frozen, tagged with its name, and knowing its stream."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type", tag=True):
    """Something that happened; never changed after it is recorded."""

    def stream(self) -> str:
        """Name of the stream that this event belongs to."""
        raise NotImplementedError(f"{type(self).__name__} must say its stream")

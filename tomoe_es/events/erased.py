"""What stands in the place of a payload that was erased."""

from __future__ import annotations

from tomoe_es.events.base import Event


class ErasedPayload(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The payload of this event was erased, as a `PayloadErased` event tells; envelope and digest are kept.

    Never appended: it is stored where the payload was, so that the leaf of the Merkle tree stays the same.
    """

    of_type: str  # the event's own type
    sha256: str  # of the payload's JSON bytes as they were

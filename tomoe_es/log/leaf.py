"""The bytes of an event that the Merkle tree covers: what its line says of it, and the digest of its payload.

The payload itself is not among them, so that it can be erased without breaking a proof.

    the event's line, as sealed_block.py writes it, up to and with the payload's type
    32 bytes   SHA-256 of the payload's JSON bytes

With `}}` in the place of the digest it is the event's JSON without what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from tomoe_es.errors import LogCorrupt
from tomoe_es.events import ErasedPayload
from tomoe_es.log.stored import TAG, erased_payload

DIGEST_BYTES = 32
PAYLOAD = b',"payload":'
"""What the payload follows; in no string of the line, where each `"` has a backslash before it."""


def leaves(lines: bytes, position: int) -> list[bytes]:
    """Leaf bytes of JSON lines; LogCorrupt unless they are events from `position` on."""
    return [leaf_of(line, at) for at, line in enumerate(lines.split(b"\n")[:-1], position)]


def leaf_of(line: bytes, position: int) -> bytes:
    """Leaf bytes of one line; LogCorrupt unless it is the event of that position."""
    envelope, _, rest = line.partition(PAYLOAD)
    type_end = rest.find(b'"', len(TAG)) + 1
    if not envelope.startswith(b'{"position":%d,' % position):
        raise LogCorrupt(position, f"in its place is {line[:40].decode(errors='replace')}")
    if not rest.startswith(TAG) or not type_end or not rest.endswith(b"}}"):
        raise LogCorrupt(position, "its payload does not begin with its type")
    tagged, digest = rest[:type_end], None
    if tagged == _ERASED:
        erased = erased_payload(position, rest[:-1])
        tagged, digest = TAG + erased.of_type.encode() + b'"', bytes.fromhex(erased.sha256)
    return envelope + PAYLOAD + tagged + (digest or sha256(rest[:-1]).digest())


_ERASED = TAG + ErasedPayload.__name__.encode() + b'"'


def digest_of(leaf: bytes) -> bytes:
    """SHA-256 of the payload as it was appended."""
    return leaf[-DIGEST_BYTES:]


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 hashes of leaves."""
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]

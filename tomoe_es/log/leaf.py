"""The bytes of an event that the Merkle tree covers: the envelope, and the digest of the payload.

The payload itself is not among them, so that it can be erased without breaking a proof.

    6 x 8 bytes   position, version, time (UTC microseconds), correlation, cause, code; big-endian
    32 bytes      SHA-256 of the payload's JSON bytes
    3 x string    stream, type, actor; each 2 bytes of length, big-endian, then UTF-8
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from operator import add
from struct import Struct

from tomoe_es.log.stored import Columns

_begin = Struct(">6q32s").pack


def leaves(columns: Columns) -> list[bytes]:
    """Leaf bytes of stored events."""
    numbers = map(
        _begin,
        columns.positions,
        columns.versions,
        columns.times,
        columns.correlations,
        columns.causes,
        columns.codes,
        columns.digests(),
    )
    strings = map(_STRINGS.__getitem__, zip(columns.streams, columns.types, columns.actors, strict=True))
    return list(map(add, numbers, strings))


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 hashes of leaves."""
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


class _StringsOfLeaf(dict[tuple[str, str, str], bytes]):
    """The three strings of a leaf, made once for each combination of stream, type and actor."""

    def __missing__(self, key: tuple[str, str, str]) -> bytes:
        if len(self) > 100_000:
            self.clear()
        encoded = [text.encode() for text in key]
        made = b"".join(len(text).to_bytes(2, "big") + text for text in encoded)
        self[key] = made
        return made


_STRINGS = _StringsOfLeaf()

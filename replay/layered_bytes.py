"""Bytes that grow at their end, and share what they had when they were copied.

They hold the causes of a night's events, and are put into states as `layered` tables are, for the same
reason.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate


class LayeredBytes:
    """What the code that evolves a state needs of a `bytearray`; at each copy one more part is shared."""

    __slots__ = ("_own", "_parts", "_shared_length")

    def __init__(self, parts: tuple[bytes, ...], own: bytes = b"") -> None:
        self._parts, self._own = parts, bytearray(own)
        self._shared_length = sum(map(len, parts))

    def copy(self) -> LayeredBytes:
        """Independent bytes, the same so far."""
        if self._own:
            self._parts = (*self._parts, bytes(self._own))
            self._shared_length += len(self._own)
            self._own.clear()
        return LayeredBytes(self._parts)

    def clear(self) -> None:
        """Take everything out."""
        self._parts, self._shared_length = (), 0
        self._own.clear()

    def __iadd__(self, more: bytes) -> LayeredBytes:
        self._own += more
        return self

    def __len__(self) -> int:
        return self._shared_length + len(self._own)

    def __getitem__(self, wanted: slice) -> bytes:
        start, stop, step = wanted.indices(len(self))
        assert step == 1, "nobody reads them backwards"
        ends = [*accumulate(map(len, self._parts)), len(self)]
        parts: tuple[bytes | bytearray, ...] = (*self._parts, self._own)
        found = bytearray()
        for index in range(bisect_right(ends, start), len(parts)):
            begin = ends[index] - len(parts[index])
            if begin >= stop:
                break
            found += parts[index][max(0, start - begin) : stop - begin]
        return bytes(found)

    def __bytes__(self) -> bytes:
        return b"".join((*self._parts, self._own))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LayeredBytes | bytes | bytearray):
            return NotImplemented
        return bytes(self) == bytes(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{len(self)} bytes"

"""A table and a queue that share what they had when they were copied: a copy costs what changed since.

A dict of 130,000 entries takes 30 ms to copy, because each entry is touched; of these, none is. They are put
into states only here, in replay; code that evolves a state cannot tell them from dict and deque.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSequence
from typing import Any, overload

LARGE = 4096
"""Entries from which on something is layered."""
_REBASE = 4096
"""Changes after which a new shared part is made, or an eighth of the whole."""
_ABSENT = object()


class LayeredTable(MutableMapping[Any, Any]):
    """A table in order of insertion: a shared part that nobody changes, and its own changes."""

    __slots__ = ("_base", "_own", "_removed")

    def __init__(
        self, base: dict[Any, Any], own: dict[Any, Any] | None = None, removed: set[Any] | None = None
    ) -> None:
        self._base = base
        self._own = {} if own is None else own
        self._removed = set() if removed is None else removed  # keys whose entry of the base does not count

    def copy(self) -> LayeredTable:
        """An independent table with the same entries."""
        if len(self._own) + len(self._removed) > max(_REBASE, len(self._base) // 8):
            self._base, self._own, self._removed = dict(self.items()), {}, set()
        return LayeredTable(self._base, self._own.copy(), self._removed.copy())

    def __getitem__(self, key: Any) -> Any:
        found = self._own.get(key, _ABSENT)
        if found is _ABSENT:
            if key in self._removed:
                raise KeyError(key)
            return self._base[key]
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._own[key] = value

    def __delitem__(self, key: Any) -> None:
        is_in_base = key in self._base and key not in self._removed
        if self._own.pop(key, _ABSENT) is _ABSENT and not is_in_base:
            raise KeyError(key)
        if is_in_base:
            self._removed.add(key)

    def __iter__(self) -> Iterator[Any]:
        removed = self._removed
        yield from (key for key in self._base if key not in removed) if removed else self._base
        yield from (key for key in self._own if key not in self._base or key in removed)

    def __len__(self) -> int:
        own = sum(1 for key in self._own if key not in self._base or key in self._removed)
        return len(self._base) - len(self._removed) + own

    def __contains__(self, key: object) -> bool:
        return key in self._own or (key in self._base and key not in self._removed)

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == dict(other.items()) if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self.items()))


class LayeredQueue(MutableSequence[Any]):
    """A queue that is appended to at one end and taken from at the other; its first part is shared."""

    __slots__ = ("_base", "_own", "_taken")

    def __init__(self, base: list[Any], taken: int = 0, own: list[Any] | None = None) -> None:
        self._base, self._taken = base, taken
        self._own = [] if own is None else own

    def copy(self) -> LayeredQueue:
        """An independent queue with the same entries."""
        if len(self._own) > max(_REBASE, len(self._base) // 8):
            self._base, self._taken, self._own = list(self), 0, []
        return LayeredQueue(self._base, self._taken, self._own.copy())

    def popleft(self) -> Any:
        """Take the first one out."""
        if self._taken < len(self._base):
            self._taken += 1
            return self._base[self._taken - 1]
        return self._own.pop(0)

    def __len__(self) -> int:
        return len(self._base) - self._taken + len(self._own)

    def _index(self, index: int) -> int:
        """Index into the own part; negative: into the shared one."""
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return index - (len(self._base) - self._taken)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        own = self._index(index)
        return self._own[own] if own >= 0 else self._base[len(self._base) + own]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._take_over()
        self._own[index] = value

    def __delitem__(self, index: Any) -> None:
        self._take_over()
        del self._own[index]

    def insert(self, index: int, value: Any) -> None:
        """Insert before an index; at the end, where almost all come, the shared part stays shared."""
        size = len(self)
        index = max(0, index + size) if index < 0 else min(index, size)
        own = index - (size - len(self._own))
        if own < 0:
            self._take_over()
            own = index
        self._own.insert(own, value)

    def _take_over(self) -> None:
        self._own, self._base, self._taken = list(self), [], 0

    def __iter__(self) -> Iterator[Any]:
        for index in range(self._taken, len(self._base)):
            yield self._base[index]
        yield from self._own

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Iterable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

"""How a state differs from another one, field by field."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from typing import Any

import msgspec

from replay.layered import LayeredQueue
from replay.layered_bytes import LayeredBytes

ABSENT = "absent"
_SEQUENCES = (list, tuple, deque, LayeredQueue)
_BYTES = (bytes, bytearray, LayeredBytes)


class Change(msgspec.Struct, frozen=True):
    """One place in a state that differs."""

    path: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Every place where two sets of states differ."""
    for name in _in_order(before, after):
        yield from _compare(name, before.get(name, ABSENT), after.get(name, ABSENT))


def _compare(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in _in_order(before, after):
            inner = f"{path}.{key}" if isinstance(key, str) and key.isidentifier() else f"{path}[{key!r}]"
            yield from _compare(inner, before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, msgspec.Struct) and type(before) is type(after):
        for field in before.__struct_fields__:
            yield from _compare(f"{path}.{field}", getattr(before, field), getattr(after, field))
    elif isinstance(before, _SEQUENCES) and isinstance(after, _SEQUENCES):
        if list(before) != list(after):
            yield Change(path, before, after)
    elif before != after:
        yield Change(path, before, after)


def _in_order(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[Any]:
    yield from before
    yield from (key for key in after if key not in before)


def plain(value: Any) -> Any:
    """A state, or a part of one, as JSON knows it."""
    if isinstance(value, msgspec.Struct):
        return {field: plain(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (*_SEQUENCES, Set)):
        return [plain(each) for each in value]
    if isinstance(value, _BYTES):
        return f"{len(value)} bytes"
    return value


def short(value: Any, width: int = 60) -> str:
    """A value on one line: of what is large, how much it is."""
    if isinstance(value, (*_SEQUENCES, Mapping, Set)) and len(value) > 6:
        return f"{len(value)} entries"
    text = value if isinstance(value, str) else msgspec.json.encode(plain(value)).decode()
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."

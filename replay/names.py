"""What a condition may speak of: machines, the fields of the states, and the event at which it is judged."""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from replay.errors import ConditionInvalid, did_you_mean
from replay.folds import STATES, state_folds
from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.catalogue import TABLES

ENVELOPE: dict[str, Any] = {**typing.get_type_hints(Recorded), "type": str}
"""What every event has."""
_PAYLOAD_FIELDS: frozenset[str] = frozenset(
    field for each in EVENT_TYPES.values() for field in each.__struct_fields__
)
EVENT_FIELDS: frozenset[str] = (_PAYLOAD_FIELDS | frozenset(ENVELOPE)) - {"payload"}
STATE_TYPES: dict[str, type[msgspec.Struct]] = {
    name: type(fold.state) for name, fold in state_folds().items()
}
ROOTS: tuple[str, ...] = ("event", *STATES, *TABLES)


def machine_named(path: str) -> str | None:
    """The machine of a dotted name: `dome.slit` is `dome_slit`."""
    name = path.replace(".", "_")
    return name if name in TABLES else None


def payload_field_type(field: str, path: str, of_types: Collection[str], parts: Iterable[str] = ()) -> Any:
    """Declared type of a payload's field, in those of these event types that have it; Any where they differ.

    `parts` lead from the field on into it.
    """
    kinds = [_hints(each)[field] for each in of_types if field in EVENT_TYPES[each].__struct_fields__]
    kind = _common_type(kinds)
    for part in parts:
        kind = field_type(kind, part, path)
        path = f"{path}.{part}"
    return kind


def _common_type(kinds: Iterable[Any]) -> Any:
    """The declared type that holds all values of these; Any where there is none."""
    bare = {without_none(each) for each in kinds}
    if len(bare) == 1:
        return bare.pop()
    if all(typing.get_origin(each) is typing.Literal for each in bare):
        words = dict.fromkeys(word for each in bare for word in typing.get_args(each))
        return typing.Literal[tuple(sorted(words))] if words else Any
    return float if bare <= {bool, int, float} else Any


@cache
def _hints(event_type: str) -> dict[str, Any]:
    return typing.get_type_hints(EVENT_TYPES[event_type])


def field_type(owner: Any, field: str, path: str) -> Any:
    """Declared type of a field; raises ConditionInvalid when the owner has none of this name."""
    owner = without_none(owner)
    if owner is Any:
        return Any
    if isinstance(owner, type) and issubclass(owner, msgspec.Struct):
        hints = typing.get_type_hints(owner)
        if field in hints:
            return hints[field]
        raise ConditionInvalid(f"'{path}' has no '{field}': {did_you_mean(field, hints)}")
    raise ConditionInvalid(f"'{path}' has no parts with names; it is {describe(owner)}")


def item_type(owner: Any, path: str) -> Any:
    """Declared type of what a subscript gives."""
    owner = without_none(owner)
    origin, arguments = typing.get_origin(owner), typing.get_args(owner)
    if owner is Any:
        return Any
    if origin is None or not arguments or not issubclass(origin, Collection):
        raise ConditionInvalid(f"'{path}' holds nothing that could be looked up; it is {describe(owner)}")
    return arguments[1] if issubclass(origin, Mapping) else arguments[0]


def allowed_values(kind: Any) -> tuple[str, ...] | None:
    """The words that a value may be; None: any."""
    kind = without_none(kind)
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else None


def describe(kind: Any) -> str:
    """A type, for people."""
    return getattr(kind, "__name__", str(kind)) if typing.get_origin(kind) is None else str(kind)


def without_none(kind: Any) -> Any:
    """A declared type that may be None, as it is when it is not."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    rest = [each for each in typing.get_args(kind) if each is not type(None)]
    return rest[0] if len(rest) == 1 else Any

"""Copies a state so that neither copy sees the other's changes, sharing all that never changes.

A deep copy of the states of a full night takes a second. Of 130,000 raw cubes, which are frozen, only the
table is copied; and a large table becomes a layered one, of which only the changes are.
"""

from __future__ import annotations

import copy
import types
import typing
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from replay.layered import LARGE, LayeredQueue, LayeredTable
from replay.layered_bytes import LayeredBytes

Copy = Callable[[Any], Any]


def layer(state: Any) -> None:
    """Replace the large tables and queues within a state by layered ones, so that copies of it are cheap."""
    _layer_of(type(state))(state)  # type: ignore[arg-type]


def copy_state(state: Any) -> Any:
    """An equal state; neither sees what is changed in the other."""
    how = copy_of(type(state))  # type: ignore[arg-type]
    return how(state) if how is not None else state


@cache
def copy_of(kind: Any) -> Copy | None:
    """How a value of a type is copied; None: it never changes, so that it is shared."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if origin is dict:
        return _table(copy_of(arguments[1]))
    if origin in (list, set, deque):
        return _sequence(origin, copy_of(arguments[0]))
    if origin in (tuple, frozenset):
        return None if all(copy_of(each) is None for each in arguments if each is not ...) else copy.deepcopy
    if origin is not None:  # Literal, Annotated
        return None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return None if kind.__struct_config__.frozen else _struct(kind)
    if kind is bytearray:
        return lambda value: value.copy()
    if kind is dict:  # a state that is itself a table, of values not declared
        return copy.deepcopy
    return None if kind in (int, float, str, bytes, bool, type(None)) else copy.deepcopy


def _struct(kind: type[msgspec.Struct]) -> Copy:
    hints = typing.get_type_hints(kind)
    parts = [(name, how) for name in kind.__struct_fields__ if (how := copy_of(hints[name])) is not None]

    def copied(value: Any) -> Any:
        new = value.__copy__()
        for name, how in parts:
            setattr(new, name, how(getattr(new, name)))
        return new

    return copied


def _table(of_value: Copy | None) -> Copy:
    if of_value is None:
        return lambda value: value.copy()
    return lambda value: {key: of_value(each) for key, each in value.items()}


def _sequence(origin: type, of_value: Copy | None) -> Copy:
    if of_value is None:
        return lambda value: value.copy()
    return lambda value: origin(of_value(each) for each in value)


def _union(arguments: tuple[Any, ...]) -> Copy | None:
    ways = [how for each in arguments if (how := copy_of(each)) is not None]
    if not ways:
        return None
    if len(ways) > 1 or len(arguments) != 2 or type(None) not in arguments:
        return copy.deepcopy
    [how] = ways
    return lambda value: None if value is None else how(value)


@cache
def _layer_of(kind: Any) -> Callable[[Any], None]:
    """Layers what is in a struct, in the structs in it, and in the structs in a table of it."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return lambda _: None
    hints = typing.get_type_hints(kind)
    tables, queues, growing, parts, inner = [], [], [], [], []
    for name in kind.__struct_fields__:
        origin, arguments = typing.get_origin(hints[name]), typing.get_args(hints[name])
        if origin is dict and copy_of(arguments[1]) is None:
            tables.append(name)
        elif origin is dict:
            inner.append((name, _layer_of(arguments[1])))
        elif origin is deque and copy_of(arguments[0]) is None:
            queues.append(name)
        elif hints[name] is bytearray:
            growing.append(name)
        elif origin is None and copy_of(hints[name]) is not None:
            parts.append((name, _layer_of(hints[name])))

    def layered(value: Any) -> None:
        for name in tables:
            table = getattr(value, name)
            if type(table) is dict and len(table) >= LARGE:
                setattr(value, name, LayeredTable(table))
        for name in queues:
            queue = getattr(value, name)
            if type(queue) is deque and len(queue) >= LARGE:
                setattr(value, name, LayeredQueue(list(queue)))
        for name in growing:
            grown = getattr(value, name)
            if type(grown) is bytearray and len(grown) >= LARGE:
                setattr(value, name, LayeredBytes((bytes(grown),)))
        for name, how in parts:
            how(getattr(value, name))
        for name, how in inner:
            for each in getattr(value, name).values():
                how(each)

    return layered

"""Makes events of which only the fields that matter are given."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec


def _fill(wanted: Any) -> Any:
    origin = typing.get_origin(wanted)
    if origin is typing.Literal:
        return typing.get_args(wanted)[0]
    if origin in (typing.Union, types.UnionType):
        return None
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return make(wanted)
    return (origin or wanted)()


def make(kind: type[Any], **given: Any) -> Any:
    hints = typing.get_type_hints(kind)
    required = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return kind(**{name: _fill(hints[name]) for name in required if name not in given}, **given)

"""Events as a test needs them: only the fields that matter are given, the others are filled in."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.judging.steps import judge_all


def _fill(wanted: Any) -> Any:
    origin = typing.get_origin(wanted)
    if origin is typing.Literal:
        return typing.get_args(wanted)[0]
    if origin in (typing.Union, types.UnionType):
        return None
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _make(wanted)
    return (origin or wanted)()


def _make(kind: type[Any], **given: Any) -> Any:
    hints = typing.get_type_hints(kind)
    required = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return kind(**{name: _fill(hints[name]) for name in required if name not in given}, **given)


def _record(events: Iterable[Event], first: int = 1) -> list[Recorded]:
    return [
        Recorded(position, event.stream(), 0, position * 1_000_000, 0, 0, 0, "test", event)
        for position, event in enumerate(events, first)
    ]


@pytest.fixture(scope="session")
def make() -> Callable[..., Any]:
    """Make an event of a type, with the fields given."""
    return _make


@pytest.fixture(scope="session")
def record() -> Callable[..., list[Recorded]]:
    """Events as they are in a log, the first at position 1."""
    return _record


@pytest.fixture(scope="session")
def judged() -> Callable[[Iterable[Event]], list[ViolationDetected]]:
    """Violations in a log of these events."""
    return lambda events: judge_all(_record(events))

"""Events as a test needs them: only the fields that matter are given, the others are filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.tomoe_es.control.conftest import observatory
from tests.tomoe_es.machines import making
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.judging.steps import judge_by_machines


def _record(events: Iterable[Event], first: int = 1) -> list[Recorded]:
    return [
        Recorded(position, event.stream(), 0, position * 1_000_000, 0, 0, 0, "test", event)
        for position, event in enumerate(events, first)
    ]


@pytest.fixture(scope="session")
def make() -> Callable[..., Any]:
    """Make an event of a type, with the fields given."""
    return making.make


@pytest.fixture(scope="session")
def record() -> Callable[..., list[Recorded]]:
    """Events as they are in a log, the first at position 1."""
    return _record


@pytest.fixture(scope="session")
def judged() -> Callable[[Iterable[Event]], list[ViolationDetected]]:
    """Violations in a log of these events."""
    return lambda events: judge_by_machines(_record(events))


__all__ = ["observatory"]

"""Folds events through one projection without any file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projections.projection import Projection, Row
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import Moment, record


def folded(projection: Projection, moments: Iterable[Moment]) -> Any:
    """The projection's state after these events."""
    return folded_with_rows(projection, moments)[0]


def folded_with_rows(projection: Projection, moments: Iterable[Moment]) -> tuple[Any, list[Row]]:
    """The projection's state after these events, and the rows that came of them."""
    log, state, rows = MemoryLog(), projection.state(), list[Row]()
    record(log, iter(moments))
    for recorded in log.read():
        evolve = projection.evolve.get(type(recorded.payload))
        if evolve is not None:
            rows += evolve(state, recorded.payload, recorded) or []
    return state, rows

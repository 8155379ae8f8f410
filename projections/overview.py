"""The night at a glance, for the dashboard and `tomoe status`: the projections' files read as one value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projections import alarms, chips, hardware, history, messages, night, pool, processes, queue
from projections.overview_model import AlarmLine, Executing, FinishedRecipe, LockOverview, Overview
from projections.projection import Projection
from projections.queue import Queue
from projections.store import ProjectionReader, Snapshot

FIRST = 10
"""Entries shown of queue and pool."""
HISTORY = 200
LINES = 20


SHOWN: tuple[Projection, ...] = (
    *(night.PROJECTION, queue.PROJECTION, pool.PROJECTION, hardware.PROJECTION, chips.PROJECTION),
    *(alarms.PROJECTION, messages.PROJECTION, processes.PROJECTION),
)
"""Projections whose states make up an overview; the recipes that are over are rows of the history besides."""


def read_overview(projections_dir: Path) -> Overview:
    """Everything the screens show, as projected so far; costs a few milliseconds.

    Raises NoNightYet when nothing has been projected in this folder, ProjectionOutdated when other code did.
    """
    with ProjectionReader(projections_dir, history.PROJECTION) as reader, reader.one_moment():
        finished, finished_total = history.newest(reader, HISTORY), history.total(reader)
    snapshots = {each.name: _snapshot(projections_dir, each) for each in SHOWN}
    nights = snapshots[night.PROJECTION.name]
    states = {name: each.state for name, each in snapshots.items()}
    return overview_of(states, nights.position, nights.time_us, finished, finished_total)


def overview_of(
    states: Mapping[str, Any],
    position: int,
    time_us: int,
    finished: tuple[FinishedRecipe, ...],
    finished_total: int,
) -> Overview:
    """The overview of the states of SHOWN, by name, after the event at a position and of a time."""
    queues: Queue = states[queue.PROJECTION.name]
    nights: night.Night = states[night.PROJECTION.name]
    observatory: hardware.Observatory = states[hardware.PROJECTION.name]
    alarmed: alarms.Alarms = states[alarms.PROJECTION.name]
    waiting = states[pool.PROJECTION.name].waiting()
    lock = observatory.lock()
    return Overview(
        position=position,
        time_us=time_us,
        night=nights.overview(),
        queue_mode=queues.mode,
        queue_reason=queues.reason,
        queue_since_us=queues.since_us,
        queue_held_by=queues.held_by,
        executing=_executing(queues, lock),
        queue=queues.first(FIRST),
        queue_total=len(queues.waiting),
        held_by_lock=queues.held_by_lock(_moves, observatory.lock_is_free_for) if lock.locked else None,
        pool=tuple(waiting[:FIRST]),
        pool_total=len(waiting),
        history=finished,
        history_total=finished_total,
        hardware=observatory.rows(time_us),
        lock=lock,
        weather=observatory.weather(),
        chips=states[chips.PROJECTION.name].overview(),
        alarms=_shown(alarmed.lines(time_us)),
        violations_total=alarmed.violations,
        muted=alarmed.muted_names(time_us),
        processes=states[processes.PROJECTION.name].lines(),
        messages=states[messages.PROJECTION.name].newest_messages(LINES),
        counters=nights.counters(position),
    )


def _shown(lines: list[AlarmLine]) -> tuple[AlarmLine, ...]:
    """All open alarms, and the newest of the others."""
    count = sum(line.open > 0 for line in lines)
    return tuple(lines[: max(count, LINES)])


def _snapshot(folder: Path, projection: Projection) -> Snapshot:
    with ProjectionReader(folder, projection) as reader:
        return reader.load()


def _executing(state: Queue, lock: LockOverview) -> Executing | None:
    execution = state.execution
    if execution is None:
        return None
    known, operation = state.recipes[execution.recipe_id], state.operation()
    return Executing(
        recipe_id=execution.recipe_id,
        observer=known.observer,
        project=known.project,
        comment=known.comment,
        priority=known.priority,
        started_us=execution.started_us,
        operation_number=min(execution.index + 1, len(known.operations)),
        operations=len(known.operations),
        operation=operation,
        text=execution.text,
        operation_since_us=execution.since_us,
        time_limit_seconds=execution.time_limit_seconds,
        lock_blocking=lock.locked and _moves(operation),
    )


def _moves(operation: str) -> bool:
    """Whether the operation moves something; the declarations are loaded when first needed (0.3 s)."""
    from tomoe_es.recipe.operations import OPERATIONS

    declared = OPERATIONS.get(operation)
    return declared is not None and declared.moves


__all__ = ["Overview", "overview_of", "read_overview"]

"""The night at a glance, for the dashboard and `tomoe status`: the projections' files read as one value."""

from __future__ import annotations

from pathlib import Path

from projections import alarms, chips, hardware, history, messages, night, pool, processes, queue
from projections.overview_model import AlarmLine, Executing, LockOverview, Overview
from projections.projection import Projection
from projections.queue import Queue
from projections.store import ProjectionReader, Snapshot

FIRST = 10
"""Entries shown of queue and pool."""
HISTORY = 200
LINES = 20


def read_overview(projections_dir: Path) -> Overview:
    """Everything the screens show, as projected so far; costs a few milliseconds.

    Raises NoNightYet when nothing has been projected in this folder, ProjectionOutdated when other code did.
    """
    with ProjectionReader(projections_dir, history.PROJECTION) as reader, reader.one_moment():
        finished, finished_total = history.newest(reader, HISTORY), history.total(reader)
    nights = _snapshot(projections_dir, night.PROJECTION)
    queues = _snapshot(projections_dir, queue.PROJECTION)
    waiting = _snapshot(projections_dir, pool.PROJECTION).state.waiting()
    observatory = _snapshot(projections_dir, hardware.PROJECTION).state
    posted = _snapshot(projections_dir, messages.PROJECTION).state
    alarmed = _snapshot(projections_dir, alarms.PROJECTION).state
    lock = observatory.lock()
    return Overview(
        position=nights.position,
        time_us=nights.time_us,
        night=nights.state.overview(),
        queue_mode=queues.state.mode,
        queue_reason=queues.state.reason,
        queue_since_us=queues.state.since_us,
        queue_held_by=queues.state.held_by,
        executing=_executing(queues.state, lock),
        queue=queues.state.first(FIRST),
        queue_total=len(queues.state.waiting),
        held_by_lock=queues.state.held_by_lock(_moves, observatory.lock_is_free_for) if lock.locked else None,
        pool=tuple(waiting[:FIRST]),
        pool_total=len(waiting),
        history=finished,
        history_total=finished_total,
        hardware=observatory.rows(nights.time_us),
        lock=lock,
        weather=observatory.weather(),
        chips=_snapshot(projections_dir, chips.PROJECTION).state.overview(),
        alarms=_shown(alarmed.lines(nights.time_us)),
        violations_total=alarmed.violations,
        muted=alarmed.muted_names(nights.time_us),
        processes=_snapshot(projections_dir, processes.PROJECTION).state.lines(),
        messages=posted.newest_messages(LINES),
        counters=nights.state.counters(nights.position),
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


__all__ = ["Overview", "read_overview"]

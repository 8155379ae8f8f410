"""Decides whole nights again, several at a time: the regression test of a change against history."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec

from replay.beginning import require_beginning
from replay.folds import STATES, state_folds
from replay.judging import Difference, Judge, Judged
from replay.ladder import Folding
from replay.night import ReplayedNight
from replay.state_file import read_states, write_states
from tomoe_es.log.read_only import ReadOnlyLog
from tomoe_es.night import night_of

_DECIDING_MUCH = ("control", "reduction")
PARTS: tuple[tuple[str, ...], ...] = (
    tuple(name for name in STATES if name not in _DECIDING_MUCH),
    _DECIDING_MUCH,
)
"""States whose deciders are judged together, each part in about as much time as the other, of which one reads
every event; they can be judged at the same time."""


class NightChecked(msgspec.Struct, frozen=True):
    """What came out for one night."""

    night: str
    first_position: int
    last_position: int
    decisions: int
    by_decider: dict[str, int]
    differences: list[Difference]


class _Task(msgspec.Struct, frozen=True):
    folder: Path
    first: int
    last: int
    only: tuple[str, ...]
    states: bytes  # before the night
    stop_after: int | None


def check(
    folder: Path, nights: Sequence[str], *, stop_after: int | None, workers: int
) -> Iterator[NightChecked]:
    """Check nights of the log in a folder, in their order; each as soon as it is done.

    The states before each night are folded here, once; the nights are decided in other processes.
    Raises BeginningMissing when the log is a part of one.
    """
    processes = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=gc.disable,  # what is folded holds no cycles: looking for them takes a fifth of the time
    )
    with closing(ReadOnlyLog(folder)) as log, processes as pool:
        require_beginning(log)
        folding = Folding(state_folds())
        waiting: list[tuple[ReplayedNight, list[Future[Judged]]]] = []
        for name in sorted(nights):
            night = ReplayedNight(log, name)
            folding.read_to(log, night.first - 1)
            states = write_states(folding.folds)
            tasks = [_Task(folder, night.first, night.last, only, states, stop_after) for only in PARTS]
            waiting.append((night, [pool.submit(_judge, task) for task in tasks]))
        for night, parts in waiting:
            yield _together(night, [each.result() for each in parts], stop_after)


def check_one(night: ReplayedNight, *, stop_after: int | None = 1) -> NightChecked:
    """Check one night in this process; raises BeginningMissing."""
    require_beginning(night.log)
    parts = []
    for only in PARTS:
        judge = Judge(night.folding(night.first - 1), only, stop_after=stop_after)
        parts.append(judge.run(night.events()))
    return _together(night, parts, stop_after)


def nights_of(log: ReadOnlyLog) -> list[str]:
    """The nights that the log holds, by their first events."""
    found: list[str] = []
    head, position = log.head(), 1
    while position <= head:
        name = night_of(next(log.read(after=position - 1)).time)
        found.append(name)
        position = ReplayedNight(log, name).last + 1
    return found


def _judge(task: _Task) -> Judged:
    with closing(ReadOnlyLog(task.folder)) as log:
        folding = Folding(read_states(task.states, state_folds()), task.first - 1)
        judge = Judge(folding, task.only, stop_after=task.stop_after)
        return judge.run(log.read(after=task.first - 1, until=task.last))


def _together(night: ReplayedNight, parts: list[Judged], stop_after: int | None) -> NightChecked:
    by_decider: dict[str, int] = {}
    for part in parts:
        by_decider |= part.by_decider
    found = sorted((each for part in parts for each in part.differences), key=lambda each: each.position)
    return NightChecked(
        night.night, night.first, night.last, sum(by_decider.values()), by_decider, found[:stop_after]
    )


def state_before(night: ReplayedNight, difference: Difference) -> dict[str, object]:
    """The states on which the differing decision was made."""
    return night.folding(difference.position).states()

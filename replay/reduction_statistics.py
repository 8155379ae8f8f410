"""How long the reduction of a night took: each stage for each kind of product, and the bottleneck."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from replay.percentiles import percentile
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import (
    ProductArchived,
    ProductRejected,
    ReductionFailed,
    ReductionFinished,
    ReductionLeased,
    ReductionQueued,
)

WAITING, WORKING, ALL = "waiting for a slot", "from lease to result", "all stages"
"""The first two are by the night's clock; the stages are a worker's own seconds."""
WRITE = "write "
"""The stage of a product begins so, and ends with its kind."""


class Stage(msgspec.Struct, frozen=True):
    """A stage over all chips; seconds. `share` of the time of all stages of these chips."""

    name: str
    count: int
    p50: float
    p95: float
    longest: float
    share: float
    longest_position: int  # of the event that tells of the longest one


class OfKind(msgspec.Struct, frozen=True):
    """What the products of one kind took."""

    kind: str
    chips: int
    rejected: int  # of them, by the quality checks
    way: list[Stage]  # waiting and working, by the night's clock
    stages: list[Stage]
    together: Stage | None
    bottleneck: str | None  # the stage that takes the most time; None: no stage was timed


class ReductionStatistics(msgspec.Struct, frozen=True):
    """Of a night, or a part of it."""

    kinds: list[OfKind]
    given_up: dict[str, int]  # condition to number of chips that have no products for it


class _Chip(msgspec.Struct):
    queued_us: int = 0
    leased_us: int = 0
    kinds: dict[str, bool] = {}  # whether each was archived


Times = dict[str, list[tuple[float, int]]]


def reduction_statistics(events: Iterable[Recorded]) -> ReductionStatistics:
    """Measure a night by its events."""
    chips: dict[str, _Chip] = {}
    stages: dict[str, Times] = {}
    way: dict[str, Times] = {}
    outcomes: dict[str, list[bool]] = {}
    given_up: dict[str, int] = {}
    for recorded in events:
        match recorded.payload:
            case ReductionQueued(frame_ids=frame_ids):
                chips |= {frame_id: _Chip(queued_us=recorded.time) for frame_id in frame_ids}
            case ReductionLeased(frame_id=frame_id):
                chips.setdefault(frame_id, _Chip()).leased_us = recorded.time
            case ProductArchived(frame_id=frame_id, kind=kind):
                chips.setdefault(frame_id, _Chip()).kinds[kind] = True
            case ProductRejected(frame_id=frame_id, kind=kind):
                chips.setdefault(frame_id, _Chip()).kinds[kind] = False
            case ReductionFailed(given_up=True, condition=condition):
                given_up[condition] = given_up.get(condition, 0) + 1
            case ReductionFinished() as finished:
                chip = chips.pop(finished.frame_id, _Chip())
                for kind, archived in chip.kinds.items():
                    outcomes.setdefault(kind, []).append(archived)
                    _add(stages.setdefault(kind, {}), _stages_of(kind, finished), recorded.position)
                    _add(way.setdefault(kind, {}), _way(chip, recorded.time), recorded.position)
    return ReductionStatistics(
        [_of_kind(kind, made, way[kind], stages[kind]) for kind, made in sorted(outcomes.items())],
        dict(sorted(given_up.items())),
    )


def _stages_of(kind: str, finished: ReductionFinished) -> dict[str, float]:
    """The stages that led to a product: all but those that wrote others."""
    return {
        stage: seconds
        for stage, seconds in finished.stage_seconds.items()
        if not stage.startswith(WRITE) or stage == WRITE + kind
    }


def _way(chip: _Chip, finished_us: int) -> dict[str, float]:
    """Without what was before the first event that is looked at."""
    way = {}
    if chip.queued_us and chip.leased_us:
        way[WAITING] = (chip.leased_us - chip.queued_us) / 1e6
    if chip.leased_us:
        way[WORKING] = (finished_us - chip.leased_us) / 1e6
    return way


def _add(times: Times, seconds: dict[str, float], position: int) -> None:
    for name, taken in seconds.items():
        times.setdefault(name, []).append((taken, position))


def _of_kind(kind: str, archived: list[bool], way: Times, stages: Times) -> OfKind:
    total = sum(taken for times in stages.values() for taken, _ in times)
    rows = [_stage(name, times, total) for name, times in stages.items()]
    by_chip: dict[int, float] = {}
    for times in stages.values():
        for taken, position in times:
            by_chip[position] = by_chip.get(position, 0.0) + taken
    together = [(taken, position) for position, taken in by_chip.items()]
    return OfKind(
        kind=kind,
        chips=len(archived),
        rejected=archived.count(False),
        way=[_stage(name, times, 0.0) for name, times in way.items()],
        stages=rows,
        together=_stage(ALL, together, total) if together else None,
        bottleneck=max(rows, key=lambda row: row.share).name if rows else None,
    )


def _stage(name: str, times: list[tuple[float, int]], total: float) -> Stage:
    ordered = sorted(taken for taken, _ in times)
    longest, position = max(times)
    share = sum(ordered) / total if total else 0.0
    return Stage(name, len(times), percentile(ordered, 50), percentile(ordered, 95), longest, share, position)

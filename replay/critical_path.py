"""From the shutter to the archive: which part of each product's way took how long, and which dominated.

The parts follow each other without gaps, so that they add up to the whole. Within the reduction the worker's
own stopwatch tells the stages. It runs in real time; the clock of a simulated night does not, so stages that
are longer together than the reduction was are shortened to it, in proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from replay.percentiles import percentile
from tomoe_es.events import Event, camera, reduction, transfer
from tomoe_es.events.envelope import Recorded

READ_OUT: Final = "read out"
RING: Final = "ring to buffer"
OTHER_CHIPS: Final = "wait for the other chips"
QUEUE: Final = "wait for a slot"
EARLIER: Final = "earlier attempts"
STAGE: Final = "reduce: "
REST: Final = "reduce: beside its stages"
UNMEASURED: Final = "reduce"
SLOWEST = 5
"""Products that are told one by one."""


class Path(msgspec.Struct, frozen=True):
    """The way of one product; seconds."""

    product: str  # kind and FRAME_ID
    position: int  # of the event that archived it
    shutter_us: int  # when its last frame ended
    parts: dict[str, float]  # in the order of the way

    @property
    def total(self) -> float:
        """From the shutter to the archive."""
        return sum(self.parts.values())

    @property
    def longest(self) -> str:
        """The part that dominated."""
        return max(self.parts, key=lambda each: self.parts[each])


class Part(msgspec.Struct, frozen=True):
    """One part of the way, over all products; seconds."""

    name: str
    p50: float
    p90: float
    p99: float
    total: float
    dominated: int  # products of which it was the longest part


class CriticalPaths(msgspec.Struct, frozen=True):
    """All ways of a night."""

    products: int
    parts: list[Part]  # in the order of the way
    whole: Part | None  # None: no product was archived
    examples: dict[str, Path]  # the products at p50, p90 and p99 of the whole
    slowest: list[Path]  # slowest first


class _Chip(msgspec.Struct):
    shutter_us: int
    acquired_us: int
    buffered_us: int = 0
    queued_us: int = 0
    first_lease_us: int = 0
    lease_us: int = 0
    products: list[tuple[str, int, int]] = []  # kind, position and time of its archiving


def paths(events: Iterable[Recorded]) -> Iterator[Path]:
    """The ways of the products archived in these events, as each reduction finishes."""
    chips: dict[str, _Chip] = {}
    for recorded in events:
        handler = _HANDLERS.get(type(recorded.payload))
        if handler is not None:
            handler(chips, recorded, recorded.payload)
        if isinstance(recorded.payload, reduction.ReductionFinished):
            yield from _finished(chips.pop(recorded.payload.frame_id, None), recorded.payload)


def critical_paths(events: Iterable[Recorded]) -> CriticalPaths:
    """Percentiles of every part over a night, or a part of it."""
    found = list(paths(events))
    names = _in_order(found)
    columns = {name: [each.parts.get(name, 0.0) for each in found] for name in names}
    dominated = dict.fromkeys(names, 0)
    for each in found:
        dominated[each.longest] += 1
    parts = [_part(name, columns[name], dominated[name]) for name in names]
    whole = _part("shutter to archive", [each.total for each in found], len(found)) if found else None
    by_total = sorted(found, key=lambda each: (each.total, -each.position))
    examples = {f"p{percent}": percentile(by_total, percent) for percent in (50, 90, 99) if found}
    slowest = by_total[: -SLOWEST - 1 : -1]
    return CriticalPaths(len(found), parts, whole, examples, slowest)


def _in_order(found: list[Path]) -> list[str]:
    """Every part that there is: what is before the reduction, its stages as they came, the rest."""
    seen = dict.fromkeys(name for each in found for name in each.parts)
    first = [name for name in (READ_OUT, RING, OTHER_CHIPS, QUEUE, EARLIER) if name in seen]
    last = [REST] if REST in seen else []
    return [*first, *(name for name in seen if name not in first and name not in last), *last]


def _part(name: str, seconds: list[float], dominated: int) -> Part:
    ordered = sorted(seconds)
    p50, p90, p99 = (percentile(ordered, percent) for percent in (50, 90, 99))
    return Part(name, p50, p90, p99, sum(ordered), dominated)


def _finished(chip: _Chip | None, event: reduction.ReductionFinished) -> Iterator[Path]:
    if chip is None or not chip.lease_us or not chip.queued_us:
        return
    before = {
        READ_OUT: chip.acquired_us - chip.shutter_us,
        RING: chip.buffered_us - chip.acquired_us,
        OTHER_CHIPS: chip.queued_us - chip.buffered_us,
        QUEUE: chip.first_lease_us - chip.queued_us,
        EARLIER: chip.lease_us - chip.first_lease_us,
    }
    parts = {name: max(lasted_us, 0) / 1e6 for name, lasted_us in before.items()}
    for kind, position, archived_us in chip.products:
        reducing = max(archived_us - chip.lease_us, 0) / 1e6
        yield Path(
            f"{kind} {event.frame_id}",
            position,
            chip.shutter_us,
            parts | _stages(reducing, event.stage_seconds),
        )


def _stages(reducing: float, stage_seconds: dict[str, float]) -> dict[str, float]:
    measured = sum(stage_seconds.values())
    if not measured:
        return {UNMEASURED: reducing}
    scale = min(1.0, reducing / measured)
    stages = {f"{STAGE}{name}": seconds * scale for name, seconds in stage_seconds.items()}
    return stages | {REST: max(reducing - measured, 0.0)}


def _acquired(chips: dict[str, _Chip], recorded: Recorded, event: camera.ChipCubeAcquired) -> None:
    chips[event.frame_id] = _Chip(event.gps_end_us or recorded.time, recorded.time)


def _buffered(chips: dict[str, _Chip], recorded: Recorded, event: transfer.ChipCubeBuffered) -> None:
    if chip := chips.get(event.frame_id):
        chip.buffered_us = recorded.time


def _lost(chips: dict[str, _Chip], _: Recorded, event: transfer.ChipCubeLost) -> None:
    chips.pop(event.frame_id, None)


def _queued(chips: dict[str, _Chip], recorded: Recorded, event: reduction.ReductionQueued) -> None:
    for frame_id in event.frame_ids:
        if chip := chips.get(frame_id):
            chip.queued_us = recorded.time


def _leased(chips: dict[str, _Chip], recorded: Recorded, event: reduction.ReductionLeased) -> None:
    if chip := chips.get(event.frame_id):
        chip.first_lease_us = chip.first_lease_us or recorded.time
        chip.lease_us = recorded.time


def _archived(chips: dict[str, _Chip], recorded: Recorded, event: reduction.ProductArchived) -> None:
    if chip := chips.get(event.frame_id):
        chip.products.append((event.kind, recorded.position, recorded.time))


_HANDLERS: dict[type[Event], Callable[[dict[str, _Chip], Recorded, Any], None]] = {
    camera.ChipCubeAcquired: _acquired,
    transfer.ChipCubeBuffered: _buffered,
    transfer.ChipCubeLost: _lost,
    reduction.ReductionQueued: _queued,
    reduction.ReductionLeased: _leased,
    reduction.ProductArchived: _archived,
}
TYPES: frozenset[str] = frozenset({each.__name__ for each in _HANDLERS} | {"ReductionFinished"})
"""Names of the event types that `paths` looks at."""

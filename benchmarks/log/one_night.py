"""All that is measured on one night of so many events, live and sealed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.log.limits import Limits, measure_live, measure_sealed
from benchmarks.log.night_events import EVENING, EXPOSURE_US, exposures
from projections.projector import Projector
from tomoe_es.clock import DAY
from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log import Batch, EventLog, open_log
from tomoe_es.log.sealing import seal
from tomoe_es.log.seeking import position_at
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.verifying import verify

TRIES = 5  # fewer of a night of many millions
SEEKS = 500
NIGHT = "2023-12-12"


class OneNight(msgspec.Struct):
    """Rates in events a second, of the clock for the append and of the CPU for the others."""

    events: int
    append_rate: float
    live_rate: float  # read + decode + fold
    sealed_rate: float
    seal_seconds: float
    live_bytes: float  # an event
    sealed_bytes: float
    seeks_ms: dict[str, tuple[float, float]]  # p50, p99
    verify_seconds: float  # of CPU
    rebuild_seconds: float  # of CPU, all projections
    limits: Limits


def measure(events: int) -> OneNight:
    """Append a night, read it live, seal it, read it sealed, verify it, rebuild the projections from it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        log = open_log(f"sqlite:///{folder / 'log'}")
        append_rate = _append(log, events)
        count = log.head()
        tries = TRIES if events < 5_000_000 else 1
        live_rate = fold_rate(log, tries)
        (segment,) = list_segments(folder / "log")
        live_limits = measure_live(folder / "log", segment)
        seeks = {"live, by position": _seek(log, _anywhere), "live, by time": _seek(log, _any_time)}
        start = time.process_time()
        sealed = seal(folder / "log", NIGHT)
        seal_seconds = time.process_time() - start
        sealed_rate = fold_rate(log, tries)
        sealed_limit = measure_sealed(folder / "log", segment)
        seeks |= {"sealed, by position": _seek(log, _anywhere), "sealed, by time": _seek(log, _any_time)}
        night = OneNight(
            count,
            append_rate,
            live_rate,
            sealed_rate,
            seal_seconds,
            sealed.live_bytes / count,
            sealed.sealed_bytes / count,
            seeks,
            min(_verify(folder / "log") for _ in range(tries)),
            min(_rebuild(log, folder / f"projections-{each}") for each in range(min(tries, 2))),
            Limits(live_limits[0], sealed_limit, *live_limits[1:]),
        )
        log.close()
        return night


def fold_rate(log: EventLog, tries: int) -> float:
    """Events a CPU second, read, decoded and folded; the best of some, since the machine is shared."""
    return max(_fold(log) for _ in range(tries))


def _append(log: EventLog, events: int) -> float:
    """In transactions of an exposure each, 588 events; the times go on through the night."""
    pattern = exposures(20)
    start, number = time.perf_counter(), 0
    while log.head() < events:
        later = number // len(pattern) * len(pattern) * EXPOSURE_US % (DAY // 2)
        log.append_many([_later(batch, later) for batch in pattern[number % len(pattern)]])
        number += 1
    return log.head() / (time.perf_counter() - start)


def _later(batch: Batch, by: int) -> Batch:
    drafts = [
        Draft(each.payload, each.time + by, each.cause, each.correlation, each.code, each.actor)
        for each in batch.events
    ]
    return Batch(batch.stream, drafts)


def _fold(log: EventLog) -> float:
    """Dispatch every event by its type."""
    last: dict[str, int] = {}

    def of(name: str) -> Callable[[Recorded], None]:
        def evolve(event: Recorded) -> None:
            last[name] = event.position

        return evolve

    evolve = {event_type: of(name) for name, event_type in EVENT_TYPES.items()}
    events = log.head()
    start = time.process_time()
    for event in log.read():
        evolve[type(event.payload)](event)
    seconds = time.process_time() - start
    if max(last.values()) != events:
        raise AssertionError("the last event was not folded")
    return events / seconds


def _seek(log: EventLog, place: Callable[[EventLog, random.Random], int]) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds, of finding a place and reading the event there."""
    rng, taken = random.Random(1), []
    for _ in range(SEEKS):
        start = time.perf_counter()
        next(log.read(after=place(log, rng) - 1))
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return taken[SEEKS // 2], taken[SEEKS * 99 // 100]


def _anywhere(log: EventLog, rng: random.Random) -> int:
    return rng.randrange(log.head()) + 1


def _any_time(log: EventLog, rng: random.Random) -> int:
    end = next(log.read(after=log.head() - 1)).time
    return min(log.head(), position_at(log, rng.randrange(EVENING, max(end, EVENING + 1))))


def _verify(folder: Path) -> float:
    start = time.process_time()
    if not all(finding.holds for finding in verify(folder)):
        raise AssertionError("the benchmark's own log does not hold")
    return time.process_time() - start


def _rebuild(log: EventLog, folder: Path) -> float:
    start = time.process_time()
    with Projector(log, folder) as projector:
        projector.catch_up()
    return time.process_time() - start

"""Durable appends: through the log, and bare inserts by apsw into the log's own schema."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.log.night_events import exposures
from tomoe_es.events import encode_event
from tomoe_es.log import open_log
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect, create
from tomoe_es.log.segment_names import SegmentName

INSERT = f"INSERT INTO event({EVENT_COLUMNS}) VALUES(?, 1, ?, 1, ?, 1, 1, 1, 1, ?)"


class Speed(NamedTuple):
    """Events a second, and events a CPU second: the disk, and whoever shares it, left out."""

    by_clock: float
    by_cpu: float


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def speed(self, events: int) -> Speed:
        return Speed(events / (time.perf_counter() - self._clock), events / (time.process_time() - self._cpu))


def raw_apsw(folder: Path, appends: int, each: int) -> Speed:
    """Speed of bare inserts into the log's own schema."""
    name = SegmentName(1, 1, "2023-12-12")
    create(folder, name)
    connection = connect(name.live_path(folder), for_one_thread=True)
    for statement in (
        "stream(name, base_version) VALUES('a', 0)",
        "type(name) VALUES('a')",
        "actor(name) VALUES('a')",
    ):
        connection.execute(f"INSERT INTO {statement}")
    batch = exposures(1)[0][0].events[:each]
    stopwatch, position = Stopwatch(), 0
    for _ in range(appends):
        connection.execute("BEGIN IMMEDIATE")
        rows = [
            (position + index, position + index, draft.time, encode_event(draft.payload))
            for index, draft in enumerate(batch, 1)
        ]
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        position += len(batch)
    speed = stopwatch.speed(position)
    connection.close()
    return speed


def ours(folder: Path, appends: int, each: int) -> Speed:
    """Speed through `append`, one caller."""
    log = open_log(f"sqlite:///{folder}")
    batch = exposures(1)[0][0].events[:each]
    stopwatch = Stopwatch()
    for _ in range(appends):
        log.append("a", batch)
    speed = stopwatch.speed(appends * len(batch))
    log.close()
    return speed


def callers(folder: Path, count: int, appends: int) -> Speed:
    """Speed of `count` threads, one event each."""
    log = open_log(f"sqlite:///{folder}")
    batch = exposures(1)[0][0].events[:1]

    def append(stream: str) -> None:
        for _ in range(appends):
            log.append(stream, batch)

    threads = [threading.Thread(target=append, args=(f"s{number}",)) for number in range(count)]
    stopwatch = Stopwatch()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    speed = stopwatch.speed(count * appends)
    log.close()
    return speed


def in_turn(*measures: Callable[[Path], Speed]) -> list[Speed]:
    """Best of nine of each, in turn: the disk is shared, and only the quiet moments compare."""
    results: list[list[Speed]] = [[] for _ in measures]
    for _ in range(9):
        for result, measure in zip(results, measures, strict=True):
            with TemporaryDirectory() as folder:
                result.append(measure(Path(folder)))
    return [Speed(*map(max, zip(*result, strict=True))) for result in results]

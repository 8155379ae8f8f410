"""Durable appends: through the log, and bare inserts by apsw into the log's own schema."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.log.night_events import exposures
from tomoe_es.events import encode_event
from tomoe_es.log import open_log
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect, create
from tomoe_es.log.segment_names import SegmentName

INSERT = f"INSERT INTO event({EVENT_COLUMNS}) VALUES(?, 1, ?, 1, ?, 1, 1, 1, 1, ?)"


def raw_apsw(folder: Path, appends: int, each: int) -> float:
    """Events a second of bare inserts into the log's own schema."""
    name = SegmentName(1, 1, "2023-12-12")
    create(folder, name)
    connection = connect(name.live_path(folder))
    for statement in (
        "stream(name, base_version) VALUES('a', 0)",
        "type(name) VALUES('a')",
        "actor(name) VALUES('a')",
    ):
        connection.execute(f"INSERT INTO {statement}")
    batch = exposures(1)[0][0].events[:each]
    start, position = time.perf_counter(), 0
    for _ in range(appends):
        connection.execute("BEGIN IMMEDIATE")
        rows = [
            (position + index, position + index, draft.time, encode_event(draft.payload))
            for index, draft in enumerate(batch, 1)
        ]
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        position += len(batch)
    seconds = time.perf_counter() - start
    connection.close()
    return position / seconds


def ours(folder: Path, appends: int, each: int) -> float:
    """Events a second through `append`, one caller."""
    log = open_log(f"sqlite:///{folder}")
    batch = exposures(1)[0][0].events[:each]
    start = time.perf_counter()
    for _ in range(appends):
        log.append("a", batch)
    seconds = time.perf_counter() - start
    log.close()
    return appends * len(batch) / seconds


def callers(folder: Path, count: int, appends: int) -> float:
    """Appends a second of `count` threads, one event each."""
    log = open_log(f"sqlite:///{folder}")
    batch = exposures(1)[0][0].events[:1]

    def append(stream: str) -> None:
        for _ in range(appends):
            log.append(stream, batch)

    threads = [threading.Thread(target=append, args=(f"s{number}",)) for number in range(count)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    log.close()
    return count * appends / seconds


def in_turn(*measures: Callable[[Path], float]) -> list[float]:
    """Best of nine of each, in turn: the disk is shared, and only the quiet moments compare."""
    results: list[list[float]] = [[] for _ in measures]
    for _ in range(9):
        for result, measure in zip(results, measures, strict=True):
            with TemporaryDirectory() as folder:
                result.append(measure(Path(folder)))
    return [max(result) for result in results]

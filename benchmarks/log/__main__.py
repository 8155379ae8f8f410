"""Prints the log's speed against its targets: `python -m benchmarks.log [EVENTS]`, 1,000,000 when not said.

Ratios are taken within one run, since other jobs share the machine.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.log.night_events import exposures
from tomoe_es.events import EVENT_TYPES, encode_event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import EventLog, open_log
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect, create
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.verifying import verify

INSERT = f"INSERT INTO event({EVENT_COLUMNS}) VALUES(?, 1, ?, 1, ?, 1, 1, 1, 1, ?)"


def row(what: str, value: str, target: str) -> None:
    sys.stdout.write(f"| {what:58} | {value:>22} | {target:>14} |\n")
    sys.stdout.flush()


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
    """Median of five of each, taken in turn so that all meet the same neighbours."""
    results: list[list[float]] = [[] for _ in measures]
    for _ in range(5):
        for result, measure in zip(results, measures, strict=True):
            with TemporaryDirectory() as folder:
                result.append(measure(Path(folder)))
    return [median(result) for result in results]


def fold(log: EventLog) -> int:
    """Dispatch every event by type; gives how many there were."""
    last: dict[str, int] = {}

    def of(name: str) -> Callable[[Recorded], None]:
        def evolve(event: Recorded) -> None:
            last[name] = event.position

        return evolve

    evolve = {event_type: of(name) for name, event_type in EVENT_TYPES.items()}
    count = 0
    for event in log.read():
        evolve[type(event.payload)](event)
        count += 1
    return count


def fold_rate(log: EventLog) -> float:
    """Events a CPU second, read, decoded and folded; best of three."""
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        best = max(best, fold(log) / (time.process_time() - start))
    return best


def seek_ms(log: EventLog) -> tuple[float, float]:
    """Median and 99th percentile of reading one event anywhere."""
    head, rng, taken = log.head(), random.Random(1), []
    for _ in range(500):
        start = time.perf_counter()
        next(log.read(after=rng.randrange(head)))
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return taken[250], taken[495]


def main(events: int) -> None:
    row("what", "measured", "target")
    row("---", "---", "---")
    for each, appends in ((1, 1_000), (100, 200)):
        raw, log_rate = in_turn(lambda d: raw_apsw(d, appends, each), lambda d: ours(d, appends, each))  # noqa: B023
        row(f"append, {each} a transaction: events/s", f"{log_rate:,.0f}", "")
        row(f"append, {each} a transaction: of raw apsw", f"{log_rate / raw:.2f} x", ">= 0.85 x")
    one, many = in_turn(lambda d: callers(d, 1, 1_000), lambda d: callers(d, 64, 100))
    row("64 concurrent callers: of one caller", f"{many / one:.1f} x", ">= 4 x")
    with TemporaryDirectory() as name:
        folder = Path(name)
        log = open_log(f"sqlite:///{folder}")
        some = exposures(20)
        start = time.perf_counter()
        while log.head() < events:
            for batches in some:
                log.append_many(batches)
        count = log.head()
        row(f"append of a night of {count:,}: events/s", f"{count / (time.perf_counter() - start):,.0f}", "")
        row("read + decode + fold, live: M events/CPU s", f"{fold_rate(log) / 1e6:.2f}", ">= 1.2")
        start = time.perf_counter()
        sealed = seal(folder, "2023-12-12")
        row("sealing: seconds", f"{time.perf_counter() - start:.1f}", "")
        row("read + decode + fold, sealed: M events/CPU s", f"{fold_rate(log) / 1e6:.2f}", ">= 1.4")
        half, most = seek_ms(log)
        row("seek, p50 / p99: ms", f"{half:.2f} / {most:.2f}", "< 25 / < 60")
        row("bytes an event, sealed", f"{sealed.sealed_bytes / count:.1f}", "< 60")
        log.close()
        start = time.process_time()
        holds = all(finding.holds for finding in verify(folder))
        seconds = (time.process_time() - start) / count * 1e6
        row("verify: CPU seconds a million events", f"{seconds:.2f}" if holds else "DOES NOT HOLD", "< 1.5")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

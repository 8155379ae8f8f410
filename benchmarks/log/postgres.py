"""Prints the speed of the log in PostgreSQL beside psycopg's own: `python -m benchmarks.log.postgres`.

Both write the same events, durably, into tables of the same columns and indexes, in turns on one server of
their own, since other jobs share the machine and its disk. psycopg takes no lock, looks up no stream, version
or command id and gives no answer; `guarded` are the log's own tables, with the triggers that refuse gaps and
change.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import psycopg

from benchmarks.log.night_events import exposures
from tests.contracts.postgres_server import PostgresServer
from tomoe_es.events import encode_event
from tomoe_es.events.envelope import Draft
from tomoe_es.log import EventLog, open_log
from tomoe_es.log.postgres_schema import GUARDS, TABLES

ROUNDS = 15
TARGET = 0.8
_COLUMN_TYPES = ["int8", "int4", "int4", "int4", "int8", "int8", "int8", "int8", "int4", "bytea"]
_INSERT = "INSERT INTO event VALUES(%s, 1, %s, 1, %s, %s, %s, %s, 1, %s)"


class Psycopg:
    """Inserts of its own into an empty schema."""

    def __init__(self, server: PostgresServer, schema: str) -> None:
        self._connection: psycopg.Connection = server.connect(server.new_schema())
        self._position = 0
        self._connection.execute(schema.encode())

    def executemany(self, drafts: Sequence[Draft]) -> None:
        """One transaction of single inserts."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(_INSERT, [(row[0], row[2], *row[4:8], row[9]) for row in self._rows(drafts)])

    def copy(self, drafts: Sequence[Draft]) -> None:
        """One transaction of one binary COPY."""
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY event FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(_COLUMN_TYPES)
            for row in self._rows(drafts):
                copy.write_row(row)

    def _rows(self, drafts: Sequence[Draft]) -> list[tuple[object, ...]]:
        first, self._position = self._position + 1, self._position + len(drafts)
        return [
            (at, 1, at, 1, each.time, each.correlation, each.cause, each.code, 1, encode_event(each.payload))
            for at, each in enumerate(drafts, first)
        ]


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(ways: dict[str, Callable[[Sequence[Draft]], object]], drafts: list[Draft], appends: int) -> None:
    """One line: events a second each way, and the first's ratio to each of the others."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name] += [seconds(lambda: way(drafts)) for _ in range(appends)]  # noqa: B023
    rate = {name: len(drafts) / median(each) for name, each in taken.items()}
    ours = rate["log"]
    cells = [
        f"{ours:,.0f}",
        *(f"{rate[name]:,.0f} ({ours / rate[name]:.2f})" for name in ways if name != "log"),
    ]
    line(f"{len(drafts):,}", *cells, f"{TARGET}")


def grow(log: EventLog, drafts: list[Draft]) -> None:
    """Median milliseconds of an append of 100, and of one of 10,000, as the log grows."""
    line("events in the log", "append of 100, ms", "of 10,000, ms")
    for size in (10_000, 100_000, 1_000_000):
        large = [
            seconds(lambda: log.append("line", drafts[:10_000])) for _ in range(log.head(), size, 10_000)
        ]
        small = [seconds(lambda: log.append("line", drafts[:100])) for _ in range(100)]
        line(f"{size:,}", f"{1_000 * median(small):.2f}", f"{1_000 * median(large[-10:]):.0f}")
    log.close()


def line(first: str, *cells: str) -> None:
    sys.stdout.write(f"| {first:16} | {' | '.join(f'{cell:>20}' for cell in cells)} |\n")
    sys.stdout.flush()


def main() -> None:
    server = PostgresServer()
    try:
        log = open_log(server.address(server.new_schema()))
        guarded, bare = Psycopg(server, TABLES + GUARDS), Psycopg(server, TABLES)
        drafts = [draft for exposure in exposures(18) for batch in exposure for draft in batch.events]
        ways: dict[str, Callable[[Sequence[Draft]], object]] = {
            "log": lambda events: log.append("line", events),
            "COPY, guarded": guarded.copy,
            "COPY, bare": bare.copy,
            "executemany, bare": bare.executemany,
        }
        line("events, a second", *ways, "target")
        for count, appends in ((1, 30), (100, 20), (10_000, 1)):
            compare(ways, drafts[:count], appends)
        start = time.perf_counter()
        events = sum(1 for _ in log.read())
        sys.stdout.write(f"read and decoded: {events / (time.perf_counter() - start):,.0f} events a second\n")
        grow(open_log(server.address(server.new_schema())), drafts)
        log.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main()

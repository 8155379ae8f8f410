"""The speed of the log in PostgreSQL beside psycopg's own; alone: `python -m benchmarks.log.postgres`.

Both write the same events, durably, into tables of the same columns and indexes, in turns on one server of
their own, since other jobs share the machine and its disk. psycopg takes no lock, looks up no stream, version
or command id and gives no answer; `guarded` are the log's own tables, with the triggers that refuse gaps and
change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import psycopg

from benchmarks.log.night_events import exposures
from benchmarks.log.table import HEAD, Table
from tests.contracts.postgres_server import PostgresServer
from tomoe_es.events import encode_event
from tomoe_es.events.envelope import Draft
from tomoe_es.log import open_log
from tomoe_es.log.postgres_schema import GUARDS, TABLES

ROUNDS = 15
TARGET = 0.8

Way = Callable[[Sequence[Draft]], object]
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


def compare(table: Table, ways: dict[str, Way], drafts: list[Draft], appends: int, judged: str) -> None:
    """Events a second of the log, and its ratio to each of the others, one of which is the target's."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name] += [seconds(lambda: way(drafts)) for _ in range(appends)]  # noqa: B023
    rate = {name: len(drafts) / median(each) for name, each in taken.items()}
    what = f"PostgreSQL, append of {len(drafts):,}"
    ours = rate.pop("log")
    table.row(what, ours, "events/s")
    for name, other in rate.items():
        table.row(f"{what}: of psycopg's {name}", ours / other, "x", TARGET if name == judged else 0)


def growth(table: Table, server: PostgresServer, drafts: list[Draft]) -> None:
    """Median milliseconds of an append of 100, and of one of 10,000, as the log grows."""
    log = open_log(server.address(server.new_schema()))
    table.line("\n| events in PostgreSQL | append of 100, ms | of 10,000, ms |\n|---|---|---|")
    for size in (10_000, 100_000, 1_000_000):
        large = [
            seconds(lambda: log.append("line", drafts[:10_000])) for _ in range(log.head(), size, 10_000)
        ]
        small = [seconds(lambda: log.append("line", drafts[:100])) for _ in range(100)]
        table.line(f"| {size:,} | {1_000 * median(small):.2f} | {1_000 * median(large[-10:]):.0f} |")
    log.close()


def measure(table: Table, server: PostgresServer, drafts: list[Draft]) -> None:
    """The rows of PostgreSQL."""
    log = open_log(server.address(server.new_schema()))
    guarded, bare = Psycopg(server, TABLES + GUARDS), Psycopg(server, TABLES)
    ways: dict[str, Way] = {
        "log": lambda events: log.append("line", events),
        "COPY, guarded": guarded.copy,
        "COPY, bare": bare.copy,
        "executemany, bare": bare.executemany,
    }
    compare(table, ways, drafts[:1], 30, judged="")
    compare(table, ways, drafts[:100], 20, judged="executemany, bare")
    compare(table, ways, drafts[:10_000], 1, judged="COPY, guarded")
    start = time.perf_counter()
    events = sum(1 for _ in log.read())
    table.row("PostgreSQL, read + decode", events / (time.perf_counter() - start), "events/s")
    log.close()


@contextmanager
def running() -> Iterator[tuple[PostgresServer, list[Draft]]]:
    """A server of its own, and events to append."""
    server = PostgresServer()
    try:
        yield server, [draft for exposure in exposures(18) for batch in exposure for draft in batch.events]
    finally:
        server.remove()


if __name__ == "__main__":
    printed = Table()
    printed.line(HEAD)
    with running() as (own, some):
        measure(printed, own, some)
        growth(printed, own, some)

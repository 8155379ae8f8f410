"""Reads a live segment, in short transactions that never hold up the writer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import apsw

from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect
from tomoe_es.log.nights_index import Summary
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.stored import Columns

_CHUNK = 500
"""Events read at a time: their payloads together stay in the processor's cache."""

_ALL = f"SELECT {EVENT_COLUMNS} FROM event WHERE position > ? AND position <= ? ORDER BY position"
_OF_TYPES = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE position > ? AND position <= ? "
    f"AND type IN (SELECT id FROM type WHERE name IN ({{}})) ORDER BY position LIMIT {_CHUNK}"
)
_OF_STREAM = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE stream=(SELECT id FROM stream WHERE name=?) "
    f"AND version > ? ORDER BY version LIMIT {_CHUNK}"
)

Rows = list[tuple[Any, ...]]


class _Names(dict[int, str]):
    """Names by the small integers that stand for them in the rows; what is new is read when it is met."""

    def __init__(self, reader: LiveReader, table: str) -> None:
        super().__init__()
        self._reader, self._table = reader, table

    def __missing__(self, key: int) -> str:
        self.update(self._reader.rows(f"SELECT id, name FROM {self._table}"))
        return self.get(key, f"{self._table} {key}")  # its events are reported as damaged


class LiveReader:
    """Reading connections of one segment, one for each thread that reads at the same time."""

    def __init__(self, folder: Path, name: SegmentName) -> None:
        self.name = name
        self._path = name.live_path(folder)
        self._idle: list[apsw.Connection] = []
        self._lock = Lock()
        self._streams, self._types, self._actors = (
            _Names(self, table) for table in ("stream", "type", "actor")
        )

    def close(self) -> None:
        """Give the connections back; the next reading opens another one."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def end(self) -> tuple[int, bool]:
        """Position of the last event, or the one before the first, and whether it is closed."""
        ((head, closed),) = self.rows("SELECT max(position), EXISTS(SELECT 1 FROM closed) FROM event")
        return int(head or self.name.first_position - 1), bool(closed)

    def chunk(self, after: int, until: int, types: Collection[str] | None) -> tuple[Iterator[Recorded], int]:
        """The next events with `after` < position <= `until`, and the position up to which that is all."""
        if types is not None:
            rows = self.rows(_OF_TYPES.format(",".join("?" * len(types))), after, until, *types)
            return self._columns(rows).recorded(), rows[-1][0] if len(rows) == _CHUNK else until
        upto = min(until, after + _CHUNK)
        columns = self.stored(after, upto)
        return columns.recorded(), columns.positions[-1]

    def stored(self, after: int, upto: int) -> Columns:
        """What is stored of the events with `after` < position <= `upto`, up to the first that is missing."""
        rows = self.rows(_ALL, after, upto)
        if len(rows) < upto - after:
            whole = sum(1 for expected, row in enumerate(rows, after + 1) if row[0] == expected)
            if not whole:
                raise LogCorrupt(after + 1, "it is missing")
            rows = rows[:whole]
        return self._columns(rows)

    def stream_chunk(self, stream: str, after: int) -> tuple[Iterator[Recorded], int]:
        """The next events of a stream with version > `after`, and the last version among them."""
        rows = self.rows(_OF_STREAM, stream, after)
        return self._columns(rows).recorded(), rows[-1][2] if rows else after

    def summary(self) -> Summary:
        """What the index of nights keeps of this segment."""
        return Summary(
            self.rows("SELECT name, max(version) FROM event JOIN stream ON stream.id=stream GROUP BY stream"),
            self.rows("SELECT id, first_position, last_position, first_version, last_version FROM command"),
        )

    def rows(self, query: str, *bindings: object) -> Any:
        """Result of one query, in a read transaction of its own."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        found = connection.execute(query, bindings).fetchall()
        with self._lock:
            self._idle.append(connection)
        return found

    def _connect(self) -> apsw.Connection:
        return connect(self._path, for_one_thread=True)

    def _columns(self, rows: Rows) -> Columns:
        if not rows:
            return Columns((), (), (), (), (), (), (), (), (), ())
        positions, streams, versions, types, times, correlations, causes, codes, actors, payloads = zip(
            *rows, strict=True
        )
        return Columns(
            positions,
            list(map(self._streams.__getitem__, streams)),
            versions,
            times,
            correlations,
            causes,
            codes,
            list(map(self._actors.__getitem__, actors)),
            list(map(self._types.__getitem__, types)),
            payloads,
        )

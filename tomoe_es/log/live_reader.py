"""Reads a live segment, in short transactions that never hold up the writer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

import apsw
import msgspec

from tomoe_es.errors import LogCorrupt
from tomoe_es.events import EVENT_TYPES, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect
from tomoe_es.log.nights_index import Summary
from tomoe_es.log.sealed_block import lines_of
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.log.stored import Columns, decode_events

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


class _Names:
    """Names by the small integers that stand for them in the rows, in plain dicts, which are quickest."""

    def __init__(self) -> None:
        self.streams: dict[int, str] = {}
        self.types: dict[int, str] = {}
        self.actors: dict[int, str] = {}
        self.event_types: dict[int, type[Event] | None] = {}  # None for one that this version does not know

    def learn(self, reader: LiveReader) -> None:
        """Read what is new since the last look."""
        for table, names in (("stream", self.streams), ("type", self.types), ("actor", self.actors)):
            names.update(reader.rows(f"SELECT id, name FROM {table}"))
        self.event_types = {key: EVENT_TYPES.get(name) for key, name in self.types.items()}


class LiveReader:
    """Reading connections of one segment, one for each thread that reads at the same time."""

    def __init__(self, folder: Path, name: SegmentName) -> None:
        self.name = name
        self._path = name.live_path(folder)
        self._idle: list[apsw.Connection] = []
        self._lock = Lock()
        self._names = _Names()

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

    def chunk(self, after: int, until: int, types: Collection[str] | None) -> tuple[Iterable[Recorded], int]:
        """The next events with `after` < position <= `until`, and the position up to which that is all."""
        if types is not None:
            rows = self.rows(_OF_TYPES.format(",".join("?" * len(types))), after, until, *types)
            return self._recorded(rows), rows[-1][0] if len(rows) == _CHUNK else until
        rows = self._rows_without_gap(after, min(until, after + _CHUNK))
        return self._recorded(rows), rows[-1][0]

    def stored(self, after: int, upto: int) -> Columns:
        """What is stored of the events with `after` < position <= `upto`, up to the first that is missing."""
        return self._columns(self._rows_without_gap(after, upto))

    def lines(self, after: int, upto: int) -> bytes:
        """Lines of these events, as they will be in the sealed file; LogCorrupt where a type is another."""
        columns = self.stored(after, upto)
        for position, name, payload in zip(columns.positions, columns.types, columns.payloads, strict=True):
            if not payload.startswith(b'{"type":"%s"' % name.encode()):
                raise LogCorrupt(position, f"it is stored as '{name}' but its payload says otherwise")
        return lines_of(columns)

    def stream_chunk(self, stream: str, after: int) -> tuple[Iterable[Recorded], int]:
        """The next events of a stream with version > `after`, and the last version among them."""
        rows = self.rows(_OF_STREAM, stream, after)
        return self._recorded(rows), rows[-1][2] if rows else after

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

    def _rows_without_gap(self, after: int, upto: int) -> Rows:
        rows: Rows = self.rows(_ALL, after, upto)
        if len(rows) < upto - after:
            whole = sum(1 for expected, row in enumerate(rows, after + 1) if row[0] == expected)
            if not whole:
                raise LogCorrupt(after + 1, "it is missing")
            rows = rows[:whole]
        return rows

    def _recorded(self, rows: Rows) -> Iterable[Recorded]:
        """The events of rows; at one that can't be read, LogCorrupt or UnknownEventType after those before.

        Straight from the rows: columns between them took a tenth more time.
        """
        names = self._names
        try:
            events = decode_events(b"[" + b",".join([row[9] for row in rows]) + b"]")
            if not names.streams.keys() >= {row[1] for row in rows}:
                names.learn(self)
            event_types, streams, actors = names.event_types, names.streams, names.actors
            recorded = [
                Recorded(at, streams[stream], version, time, correlation, cause, code, actors[actor], event)
                for (at, stream, version, kind, time, correlation, cause, code, actor, _), event in zip(
                    rows, events, strict=True
                )
                if type(event) is event_types[kind]
            ]
        except (msgspec.DecodeError, KeyError):
            recorded = []
        return recorded if len(recorded) == len(rows) else self._columns(rows).recorded()

    def _columns(self, rows: Rows) -> Columns:
        if not rows:
            return Columns((), (), (), (), (), (), (), (), (), ())
        positions, streams, versions, types, times, correlations, causes, codes, actors, payloads = zip(
            *rows, strict=True
        )
        names = self._names
        if not all(
            known.keys() >= set(ids)
            for known, ids in ((names.streams, streams), (names.types, types), (names.actors, actors))
        ):
            names.learn(self)
        return Columns(
            positions,
            [names.streams.get(each, f"stream {each}") for each in streams],  # reported as damaged
            versions,
            times,
            correlations,
            causes,
            codes,
            [names.actors.get(each, f"actor {each}") for each in actors],
            [names.types.get(each, f"type {each}") for each in types],
            payloads,
        )

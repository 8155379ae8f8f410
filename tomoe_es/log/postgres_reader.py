"""Reads the log in PostgreSQL, in short statements that hold up no writer."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import asyncpg

from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.postgres_connections import Connections
from tomoe_es.log.postgres_schema import EVENT_COLUMNS
from tomoe_es.log.stored import Columns

_CHUNK = 2_000

_HEAD = "SELECT coalesce(max(position), 0) FROM event"
_ALL = f"SELECT {EVENT_COLUMNS} FROM event WHERE position > $1 AND position <= $2 ORDER BY position"
_OF_TYPES = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE position > $1 AND position <= $2 "
    "AND type = ANY(ARRAY(SELECT id FROM type WHERE name = ANY($3::text[]))) "
    f"ORDER BY position LIMIT {_CHUNK}"
)
_OF_STREAM = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE stream = (SELECT id FROM stream WHERE name = $1) "
    f"AND version > $2 ORDER BY version LIMIT {_CHUNK}"
)


class _Names(dict[int, str]):
    """Names by the integers that stand for them in the rows; what is new is read when it is met."""

    def __init__(self, reader: PostgresReader, table: str) -> None:
        super().__init__()
        self._reader, self._table = reader, table

    def learn(self, ids: Collection[int]) -> None:
        """Read the names of those ids that are not known yet."""
        missing = list(set(ids).difference(self))
        if missing:
            query = f"SELECT id, name FROM {self._table} WHERE id = ANY($1::integer[])"
            self.update(map(tuple, self._reader.rows(query, missing)))

    def __missing__(self, key: int) -> str:
        return f"{self._table} {key}"  # its events are reported as damaged


class PostgresReader:
    """Reads events in chunks; any number of threads may do so at once."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._streams, self._types, self._actors = (
            _Names(self, table) for table in ("stream", "type", "actor")
        )

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        return int(self.rows(_HEAD)[0][0])

    def chunks(
        self, after: int, until: int | None, types: Collection[str] | None
    ) -> Iterator[Iterator[Recorded]]:
        """Events with `after` < position <= `until`, or up to the head at the first step."""
        head = self.head()
        until = head if until is None else min(until, head)
        while after < until:
            if types is None:
                upto = min(until, after + _CHUNK)
                columns = self._whole(after, upto)
                after = columns.positions[-1]
            else:
                rows = self.rows(_OF_TYPES, after, until, list(types))
                columns = self._columns(rows)
                after = rows[-1][0] if len(rows) == _CHUNK else until
            yield columns.recorded()

    def stream_chunks(self, stream: str, after: int) -> Iterator[Iterator[Recorded]]:
        """Events of one stream with version > `after`."""
        while rows := self.rows(_OF_STREAM, stream, after):
            yield self._columns(rows).recorded()
            after = rows[-1][2]

    def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Result of one query."""
        return self._connections.run("reading", lambda connection: connection.fetch(query, *arguments))

    def _whole(self, after: int, upto: int) -> Columns:
        """Events with `after` < position <= `upto`, up to the first that is missing."""
        rows = self.rows(_ALL, after, upto)
        if len(rows) < upto - after:
            rows = [row for expected, row in enumerate(rows, after + 1) if row[0] == expected]
            if not rows:
                raise LogCorrupt(after + 1, "it is missing")
        return self._columns(rows)

    def _columns(self, rows: list[asyncpg.Record]) -> Columns:
        if not rows:
            return Columns((), (), (), (), (), (), (), (), (), ())
        positions, streams, versions, types, times, correlations, causes, codes, actors, payloads = zip(
            *rows, strict=True
        )
        for names, ids in ((self._streams, streams), (self._types, types), (self._actors, actors)):
            names.learn(ids)
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

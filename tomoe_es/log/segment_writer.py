"""Appends groups of requests to one segment, each group in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec

from tomoe_es.errors import VersionConflict
from tomoe_es.events import Event
from tomoe_es.log.group_commit import Request
from tomoe_es.log.live_segment import CLOSE, EVENT_COLUMNS, Transaction, connect
from tomoe_es.log.nights_index import NightsIndex
from tomoe_es.log.port import Appended
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.night import night_span

_COLUMNS = EVENT_COLUMNS.count(",") + 1
_ROWS_AT_ONCE = 16
"""In one statement they take a sixth less time than each in its own; more of them take more again."""
_INSERT_EVENTS = [
    f"INSERT INTO event({EVENT_COLUMNS}) VALUES" + ",".join([f"({','.join('?' * _COLUMNS)})"] * rows)
    for rows in range(_ROWS_AT_ONCE + 1)
]
_VALUES_AT_ONCE = _ROWS_AT_ONCE * _COLUMNS
_INSERT_COMMAND = "INSERT INTO command VALUES(?, ?, ?, ?, ?)"

T = TypeVar("T")
Values = list[int | bytes]
"""Rows of events, one after the other."""


class NightEnded(Exception):
    """The segment is closed, perhaps by another process: its successor takes the appends."""

    def __init__(self, successor: SegmentName) -> None:
        super().__init__(successor.night)
        self.successor = successor


class _Ids(dict[T, int]):
    """Ids in a table of names; a name that is new gets one when it is asked for."""

    def __init__(self, connection: apsw.Connection, table: str, name_of: Callable[[T], str]) -> None:
        super().__init__()
        self._connection, self._table, self._name_of = connection, table, name_of

    def __missing__(self, key: T) -> int:
        name = (self._name_of(key),)
        row = self._connection.execute(f"SELECT id FROM {self._table} WHERE name=?", name).fetchone()
        if row is None:
            self._connection.execute(f"INSERT INTO {self._table}(name) VALUES(?)", name)
        self[key] = row[0] if row else self._connection.last_insert_rowid()
        return self[key]


class SegmentWriter:
    """The writing connection of a segment, and what it knows of the segment's end.

    What it remembers (ids, stream versions, last position) holds as long as no other connection has
    committed since: `data_version` after BEGIN is still what it was after our COMMIT. For one thread at a
    time.
    """

    def __init__(self, folder: Path, name: SegmentName, before: NightsIndex | None) -> None:
        self.name = name
        self._start, self._end = night_span(name.night)
        self._before = before  # knows the streams and commands of the nights before; None: this is the first
        self._connection = connect(name.live_path(folder), for_one_thread=True)
        self._cursor = self._connection.cursor()
        self._transaction = Transaction(self._connection)
        self._data_version = -1
        self._streams: dict[str, tuple[int, int]] = {}  # name: id (0: not in this segment yet), version
        self._types: _Ids[type[Event]] = _Ids(self._connection, "type", lambda kind: kind.__name__)
        self._actors: _Ids[str] = _Ids(self._connection, "actor", str)
        self._head = 0

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def is_in_night(self, time: int) -> bool:
        """Whether a UTC time, in microseconds, lies in the night of this segment."""
        return self._start <= time < self._end

    def end_night(self, next_night: str) -> SegmentName:
        """Close the segment for appends; gives the segment after it, as the first who closed it named it."""
        with self._transaction:
            successor = self._successor()
            if successor is None:
                last_position = self._last_position()
                self._connection.execute(CLOSE, (last_position, next_night))
                successor = self.name.successor(last_position, next_night)
        return successor

    def commit(self, requests: list[Request]) -> None:
        """Write what can be written, in one transaction; a request with a conflict writes nothing.

        Raises NightEnded when another process closed the segment. Whatever is raised, nothing of any
        request is in the log.
        """
        try:
            with self._transaction:
                if self._connection.data_version() != self._data_version:
                    self._learn()
                values: Values = []
                given: dict[str, Appended] = {}
                answers = [self._append(request, values, given) for request in requests]
                if given:
                    self._cursor.executemany(_INSERT_COMMAND, map(_command_row, given.items()))
                self._insert(values)
            self._data_version = self._connection.data_version()
        except BaseException:
            self._data_version = -1
            raise
        for request, answer in zip(requests, answers, strict=True):
            if isinstance(answer, VersionConflict):
                request.error = answer
            else:
                request.answers = answer

    def _learn(self) -> None:
        """Read the segment's end anew, after another connection has committed."""
        successor = self._successor()
        if successor is not None:
            raise NightEnded(successor)
        self._streams.clear()
        self._types.clear()
        self._actors.clear()
        self._head = self._last_position()

    def _successor(self) -> SegmentName | None:
        row = self._connection.execute("SELECT last_position, next_night FROM closed").fetchone()
        return self.name.successor(*row) if row else None

    def _last_position(self) -> int:
        return self._connection.execute("SELECT max(position) FROM event").get or self.name.first_position - 1

    def _append(
        self, request: Request, values: Values, given: dict[str, Appended]
    ) -> list[Appended] | VersionConflict:
        """The answers, and to `values` what is to be inserted; `given`: this transaction's by command id."""
        head, types, actors = self._head, self._types, self._actors
        streams: dict[str, tuple[int, int]] = {}
        commands: dict[str, Appended] = {}
        answers: list[Appended] = []
        added: Values = []
        for batch, payloads in request.parts:
            name, command_id = batch.stream, batch.command_id
            if command_id is not None:
                answer = commands.get(command_id) or given.get(command_id) or self._first_answer(command_id)
                if answer is not None:
                    answers.append(answer)
                    continue
            stream, version = streams.get(name) or self._streams.get(name) or self._stream(name)
            if batch.expected_version is not None and batch.expected_version != version:
                return VersionConflict(name, batch.expected_version, version)
            stream = stream or self._new_stream(name, version)
            answer = Appended(head + 1, head + len(payloads), version + 1, version + len(payloads))
            for index, draft in enumerate(batch.events):
                head += 1
                version += 1
                added += (
                    head,
                    stream,
                    version,
                    types[type(draft.payload)],
                    draft.time,
                    draft.correlation,
                    draft.cause,
                    draft.code,
                    actors[draft.actor],
                    payloads[index],
                )
            streams[name] = stream, version
            if command_id is not None:
                commands[command_id] = answer
            answers.append(answer)
        self._head = head
        self._streams |= streams
        values += added
        given |= commands
        return answers

    def _insert(self, values: Values) -> None:
        for start in range(0, len(values), _VALUES_AT_ONCE):
            some = values[start : start + _VALUES_AT_ONCE]
            self._cursor.execute(_INSERT_EVENTS[len(some) // _COLUMNS], some)

    def _first_answer(self, command_id: str) -> Appended | None:
        """The answer that an earlier transaction gave to a command id."""
        row = self._connection.execute(
            "SELECT first_position, last_position, first_version, last_version FROM command WHERE id=?",
            (command_id,),
        ).fetchone()
        if row:
            return Appended(*row)
        return self._before.answer(command_id) if self._before else None

    def _stream(self, name: str) -> tuple[int, int]:
        """Id (0: not in this segment yet) and version of a stream that is not remembered."""
        row = self._connection.execute(
            "SELECT id, coalesce((SELECT max(version) FROM event WHERE stream=stream.id), base_version) "
            "FROM stream WHERE name=?",
            (name,),
        ).fetchone()
        if row is None:
            row = (0, self._before.last_version(name) if self._before else 0)
        self._streams[name] = row
        return row

    def _new_stream(self, name: str, version: int) -> int:
        self._connection.execute("INSERT INTO stream(name, base_version) VALUES(?, ?)", (name, version))
        stream = self._connection.last_insert_rowid()
        self._streams[name] = stream, version  # it stays, also when its request is refused
        return stream


def _command_row(given: tuple[str, Appended]) -> tuple[str, int, int, int, int]:
    return given[0], *msgspec.structs.astuple(given[1])

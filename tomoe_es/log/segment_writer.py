"""Appends groups of requests to one segment, each group in one transaction."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from tomoe_es.errors import VersionConflict
from tomoe_es.log.group_commit import Request
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect, transaction
from tomoe_es.log.nights_index import NightsIndex
from tomoe_es.log.port import Appended
from tomoe_es.log.segment_names import SegmentName
from tomoe_es.night import night_span

_INSERT_EVENT = f"INSERT INTO event({EVENT_COLUMNS}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_COMMAND = "INSERT INTO command VALUES(?, ?, ?, ?, ?)"

Row = tuple[int, int, int, int, int, int, int, int, int, bytes]


class NightEnded(Exception):
    """The segment is closed, perhaps by another process: its successor takes the appends."""

    def __init__(self, successor: SegmentName) -> None:
        super().__init__(successor.night)
        self.successor = successor


class SegmentWriter:
    """The writing connection of a segment, and what it knows of the segment's end.

    What it remembers (ids, stream versions, last position) holds as long as no other connection has
    committed since, which `PRAGMA data_version` tells inside the transaction.
    """

    def __init__(self, folder: Path, name: SegmentName, before: NightsIndex | None) -> None:
        self.name = name
        self._span = night_span(name.night)
        self._before = before  # knows the streams and commands of the nights before; None: this is the first
        self._connection = connect(name.live_path(folder))
        self._data_version = -1
        self._streams: dict[str, tuple[int, int]] = {}  # name: id (0: not in this segment yet), version
        self._ids: dict[str, dict[str, int]] = {}
        self._head = 0

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def is_in_night(self, time: int) -> bool:
        """Whether a UTC time, in microseconds, lies in the night of this segment."""
        return self._span[0] <= time < self._span[1]

    def end_night(self, next_night: str) -> SegmentName:
        """Close the segment for appends; gives the segment after it, as the first who closed it named it."""
        with transaction(self._connection):
            successor = self._successor()
            if successor is None:
                last_position = self._last_position()
                self._connection.execute("INSERT INTO closed VALUES(?, ?)", (last_position, next_night))
                successor = self.name.successor(last_position, next_night)
        return successor

    def commit(self, requests: list[Request]) -> None:
        """Write what can be written, in one transaction; a request with a conflict writes nothing.

        Raises NightEnded when another process closed the segment. Whatever is raised, nothing of any
        request is in the log.
        """
        try:
            with transaction(self._connection):
                data_version = self._connection.execute("PRAGMA data_version").get
                if data_version != self._data_version:
                    self._learn(data_version)
                answers = [self._append(request) for request in requests]
        except BaseException:
            self._data_version = -1
            raise
        for request, answer in zip(requests, answers, strict=True):
            request.answers = answer

    def _learn(self, data_version: int) -> None:
        """Read the segment's end anew, after another connection has committed."""
        successor = self._successor()
        if successor is not None:
            raise NightEnded(successor)
        self._streams.clear()
        self._ids = {"type": {}, "actor": {}}
        self._head = self._last_position()
        self._data_version = data_version

    def _successor(self) -> SegmentName | None:
        row = self._connection.execute("SELECT last_position, next_night FROM closed").fetchone()
        return self.name.successor(*row) if row else None

    def _last_position(self) -> int:
        return self._connection.execute("SELECT max(position) FROM event").get or self.name.first_position - 1

    def _append(self, request: Request) -> list[Appended] | None:
        """Insert one request's events; None with its error set when the expected version does not hold."""
        answers: list[Appended] = []
        versions: dict[str, int] = {}
        given: dict[str, Appended] = {}
        fresh: list[bool] = []
        head = self._head
        for batch in request.batches:
            answer = self._first_answer(batch.command_id, given)
            fresh.append(answer is None)
            if answer is None:
                version = versions.get(batch.stream)
                if version is None:
                    version = self._stream(batch.stream)[1]
                if batch.expected_version is not None and batch.expected_version != version:
                    request.error = VersionConflict(batch.stream, batch.expected_version, version)
                    return None
                events = len(batch.events)
                answer = Appended(head + 1, head + events, version + 1, version + events)
                head, versions[batch.stream] = answer.last_position, answer.last_version
                if batch.command_id is not None:
                    given[batch.command_id] = answer
            answers.append(answer)
        self._insert(request, answers, fresh)
        return answers

    def _insert(self, request: Request, answers: list[Appended], fresh: list[bool]) -> None:
        rows: list[Row] = []
        for batch, payloads, answer, is_fresh in zip(
            request.batches, request.payloads, answers, fresh, strict=True
        ):
            if not is_fresh:
                continue
            stream = self._stream_id(batch.stream)
            types = self._known("type", {type(draft.payload).__name__ for draft in batch.events})
            actors = self._known("actor", {draft.actor for draft in batch.events})
            rows += [
                (
                    position,
                    stream,
                    version,
                    types[type(draft.payload).__name__],
                    draft.time,
                    draft.correlation,
                    draft.cause,
                    draft.code,
                    actors[draft.actor],
                    payload,
                )
                for position, version, draft, payload in zip(
                    count(answer.first_position), count(answer.first_version), batch.events, payloads
                )
            ]
            self._streams[batch.stream] = (stream, answer.last_version)
            self._head = answer.last_position
            if batch.command_id is not None:
                self._connection.execute(
                    _INSERT_COMMAND,
                    (
                        batch.command_id,
                        answer.first_position,
                        answer.last_position,
                        answer.first_version,
                        answer.last_version,
                    ),
                )
        self._connection.executemany(_INSERT_EVENT, rows)

    def _first_answer(self, command_id: str | None, given: dict[str, Appended]) -> Appended | None:
        if command_id is None:
            return None
        if command_id in given:
            return given[command_id]
        row = self._connection.execute(
            "SELECT first_position, last_position, first_version, last_version FROM command WHERE id=?",
            (command_id,),
        ).fetchone()
        if row:
            return Appended(*row)
        return self._before.answer(command_id) if self._before else None

    def _stream(self, name: str) -> tuple[int, int]:
        """Id (0: not in this segment yet) and version of a stream."""
        known = self._streams.get(name)
        if known is None:
            row = self._connection.execute(
                "SELECT id, coalesce((SELECT max(version) FROM event WHERE stream=stream.id), base_version) "
                "FROM stream WHERE name=?",
                (name,),
            ).fetchone()
            if row is None:
                row = (0, self._before.last_version(name) if self._before else 0)
            known = (row[0], row[1])
            self._streams[name] = known
        return known

    def _stream_id(self, name: str) -> int:
        stream, version = self._stream(name)
        if stream:
            return stream
        self._connection.execute("INSERT INTO stream(name, base_version) VALUES(?, ?)", (name, version))
        return self._connection.last_insert_rowid()

    def _known(self, table: str, names: set[str]) -> dict[str, int]:
        """Ids by name, of these names at least; those that are new get theirs."""
        known = self._ids[table]
        for name in names.difference(known):
            row = self._connection.execute(f"SELECT id FROM {table} WHERE name=?", (name,)).fetchone()
            if row is None:
                self._connection.execute(f"INSERT INTO {table}(name) VALUES(?)", (name,))
            known[name] = row[0] if row else self._connection.last_insert_rowid()
        return known

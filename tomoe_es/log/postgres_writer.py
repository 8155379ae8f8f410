"""Appends groups of requests to PostgreSQL, each group in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import NamedTuple

from tomoe_es.errors import VersionConflict
from tomoe_es.events.envelope import Draft
from tomoe_es.log.group_commit import Request
from tomoe_es.log.port import Appended, Batch
from tomoe_es.log.postgres_connection import Connection
from tomoe_es.log.postgres_connections import Connections
from tomoe_es.log.postgres_schema import EVENT_COLUMNS

COPY_FROM = 1_000
"""Number of events in a transaction from which COPY, with its two more round trips, is the faster way."""

_APPEND = "SELECT * FROM append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
_PLACE = "SELECT * FROM unnest(place($1, $2, $3, $4))"
_ADD_NAMES = (
    "INSERT INTO {table}(name) SELECT name FROM unnest($1::text[]) AS n(name) "
    "WHERE NOT EXISTS(SELECT 1 FROM {table} t WHERE t.name = n.name) ON CONFLICT DO NOTHING"
)
_AFTER_LOSS = "; the events may be in the log all the same: try again with the same command id"
_IDS = "SELECT name, id FROM {table} WHERE name = ANY($1::text[])"


class Placed(NamedTuple):
    """What the database says of a batch, as postgres_schema.py defines it."""

    first_event: int  # among those of the whole call, from 1
    last_event: int
    stream: int
    is_fresh: bool
    conflict: int | None  # the stream's version, where it is not the expected one
    command: str | None
    first_position: int
    last_position: int
    first_version: int
    last_version: int


class PostgresWriter:
    """Writes, and remembers the ids of types and actors, which never change once they are committed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._type_ids: dict[str, int] = {}
        self._actor_ids: dict[str, int] = {}

    def commit(self, requests: Sequence[Request]) -> None:
        """Write all requests in one transaction; when one has a conflict, each in its own.

        Raises LogUnavailable when the server is gone: then nothing of a request is known to be in the log.
        """
        batches = [batch for request in requests for batch, _ in request.parts]
        payloads = [encoded for request in requests for _, encoded in request.parts]
        placed = self._connections.run(
            "writing to", lambda connection: self._write(connection, batches, payloads), _AFTER_LOSS
        )
        conflicts = [
            (batch, at.conflict) for batch, at in zip(batches, placed, strict=True) if at.conflict is not None
        ]
        if not conflicts:
            answers = iter(_answers(placed))
            for request in requests:
                request.answers = [next(answers) for _ in request.parts]
        elif len(requests) > 1:  # one caller's conflict must not be the others'
            for request in requests:
                self.commit([request])
        else:
            batch, actual = conflicts[0]
            requests[0].error = VersionConflict(batch.stream, batch.expected_version or 0, actual)

    async def _write(
        self, connection: Connection, batches: list[Batch], payloads: list[list[bytes]]
    ) -> list[Placed]:
        await self._learn_ids(connection, batches)
        arguments = (
            [batch.stream for batch in batches],
            [len(batch.events) for batch in batches],
            [batch.expected_version for batch in batches],
            [batch.command_id for batch in batches],
        )
        if sum(arguments[1]) < COPY_FROM:
            envelopes = self._envelopes([draft for batch in batches for draft in batch.events])
            encoded = list(chain.from_iterable(payloads))
            rows = await connection.fetch(_APPEND, *arguments, *envelopes, encoded)
            return [Placed(*row) for row in rows]
        async with connection.transaction():
            placed = [Placed(*row) for row in await connection.fetch(_PLACE, *arguments)]
            if all(at.conflict is None for at in placed):
                await self._copy(connection, batches, payloads, placed)
        return placed

    async def _copy(
        self, connection: Connection, batches: list[Batch], payloads: list[list[bytes]], placed: list[Placed]
    ) -> None:
        records = chain.from_iterable(
            zip(
                range(at.first_position, at.last_position + 1),
                repeat(at.stream, len(encoded)),
                range(at.first_version, at.last_version + 1),
                *self._envelopes(batch.events),
                encoded,
                strict=True,
            )
            for batch, encoded, at in zip(batches, payloads, placed, strict=True)
            if at.is_fresh
        )
        await connection.copy_records_to_table("event", records=records, columns=EVENT_COLUMNS.split(", "))

    def _envelopes(self, drafts: Sequence[Draft]) -> tuple[list[int], ...]:
        """Ids and numbers around the payloads, one list for each of the table's columns from `type` on."""
        return (
            [self._type_ids[type(draft.payload).__name__] for draft in drafts],
            [draft.time for draft in drafts],
            [draft.correlation for draft in drafts],
            [draft.cause for draft in drafts],
            [draft.code for draft in drafts],
            [self._actor_ids[draft.actor] for draft in drafts],
        )

    async def _learn_ids(self, connection: Connection, batches: list[Batch]) -> None:
        types = {type(draft.payload).__name__ for batch in batches for draft in batch.events}
        actors = {draft.actor for batch in batches for draft in batch.events}
        for table, names, ids in (("type", types, self._type_ids), ("actor", actors, self._actor_ids)):
            missing = sorted(names.difference(ids))  # in the same order everywhere: no deadlock
            if missing:
                await connection.execute(_ADD_NAMES.format(table=table), missing)
                ids.update(map(tuple, await connection.fetch(_IDS.format(table=table), missing)))


def _answers(placed: Sequence[Placed]) -> list[Appended]:
    """The answers; a command id that comes again in the same group has the answer of its first coming."""
    given: dict[str, Appended] = {}
    answers = []
    for at in placed:
        answer = given.get(at.command) if at.command is not None else None
        if answer is None:
            answer = Appended(at.first_position, at.last_position, at.first_version, at.last_version)
            if at.command is not None:
                given[at.command] = answer
        answers.append(answer)
    return answers

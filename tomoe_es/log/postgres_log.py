"""The log in PostgreSQL, for several machines that write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log.group_commit import GroupCommit, Request
from tomoe_es.log.port import Appended, Batch
from tomoe_es.log.postgres_connection import Connection
from tomoe_es.log.postgres_connections import Connections, is_refusal
from tomoe_es.log.postgres_reader import PostgresReader
from tomoe_es.log.postgres_schema import SCHEMA
from tomoe_es.log.postgres_wake_up import NotifiedSubscription
from tomoe_es.log.postgres_writer import PostgresWriter

_THERE = "SELECT to_regclass('event') IS NOT NULL"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tomoe_es.log'))"


class PostgresLog:
    """An EventLog that threads, processes and machines may use at once."""

    def __init__(self, url: str) -> None:
        """Open the log at `postgresql://...`, its tables made when there are none.

        Raises LogUnavailable when the server can't be reached, or would lose what it acknowledged.
        """
        self._connections = Connections(url)
        self._appends = GroupCommit(self._commit)
        self._reader = PostgresReader(self._connections)
        self._writer = PostgresWriter(self._connections)
        try:
            self._connections.run("opening", self._prepare)
        except BaseException:
            self._connections.close()
            raise

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        """Append events to one stream, all or none; on the disk when it returns.

        After LogUnavailable the events may be in the log all the same, when the server was lost while it
        answered: with the same command id, trying again is safe.
        """
        return self.append_many([Batch(stream, events, expected_version, command_id)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several streams, all or none, in the order given."""
        return self._appends.submit(Request(batches))

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`; without `until`, up to the head at the first step."""
        return chain.from_iterable(self._reader.chunks(after, until, types))

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`, in order of version."""
        return chain.from_iterable(self._reader.stream_chunks(stream, after))

    def subscribe(self, after: int) -> NotifiedSubscription:
        """Follow the log from a position on."""
        return NotifiedSubscription(self, after, self._connections)

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        return self._reader.head()

    def close(self) -> None:
        """Close the connections; the log can't be used afterwards."""
        self._connections.close()

    async def _prepare(self, connection: Connection) -> None:
        if await connection.fetchval("SHOW fsync") != "on":
            raise LogUnavailable(
                f"the server of '{self._connections.address}' runs with fsync=off, and would lose what it "
                "has acknowledged: set fsync=on"
            )
        if not await connection.fetchval(_THERE):
            async with connection.transaction():
                await connection.execute(_ONE_AT_A_TIME)
                if not await connection.fetchval(_THERE):
                    await connection.execute(SCHEMA)

    def _commit(self, requests: list[Request]) -> None:
        try:
            self._writer.commit(requests)
        except Exception as error:  # noqa: BLE001  handed to the callers whose requests they are
            if len(requests) > 1 and is_refusal(
                error.__cause__
            ):  # one caller's fault must not be the others'
                for request in requests:
                    if not request.is_done:
                        self._commit([request])
            else:
                for request in requests:
                    if not request.is_done:
                        request.error = error

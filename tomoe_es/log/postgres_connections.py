"""The connections of one log to its PostgreSQL server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg

from tomoe_es.errors import LogUnavailable
from tomoe_es.log.postgres_connection import Connection, DrivenConnection

T = TypeVar("T")

_FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server was lost between two messages of the driver
    OSError,
    TimeoutError,
)


class Connections:
    """One connection for each thread that asks at the same time; a lost one is replaced at the next call."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._guard = Lock()
        self._closed = False
        self._idle: list[DrivenConnection] = []
        self._opened: set[DrivenConnection] = set()

    @property
    def address(self) -> str:
        """Where the log is, without the password."""
        parts = urlsplit(self._url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def run(self, doing: str, work: Callable[[Connection], Awaitable[T]], after_loss: str = "") -> T:
        """Result of some work on a connection that nobody else uses meanwhile.

        `after_loss` says what is to be known when the server was lost before it answered.
        Raises LogUnavailable when the server can't be reached, refuses, or does not answer in time.
        """
        connection = self._idle_or_new(doing)
        try:
            found = connection.run(work)
        except BaseException as error:
            if is_refusal(error):
                self._give_back(connection)
            else:
                self.drop(connection)
            if isinstance(error, _FAILURES):
                raise self._unavailable(doing, error, "" if is_refusal(error) else after_loss) from error
            raise
        self._give_back(connection)
        return found

    def open(self, doing: str) -> DrivenConnection:
        """Another connection, until `drop`, or until the log is closed; LogUnavailable when there is none."""
        self._refuse_when_closed()
        try:
            connection = DrivenConnection(self._url)
        except _FAILURES as error:
            raise self._unavailable(doing, error) from error
        with self._guard:
            self._opened.add(connection)
        return connection

    def drop(self, connection: DrivenConnection) -> None:
        """Close a connection."""
        with self._guard:
            self._opened.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close all connections, after what is under way."""
        self._closed = True
        while self._opened:
            self.drop(next(iter(self._opened)))

    def _idle_or_new(self, doing: str) -> DrivenConnection:
        self._refuse_when_closed()
        while True:
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self.open(doing)
            if not connection.is_lost:
                return connection
            self.drop(connection)

    def _give_back(self, connection: DrivenConnection) -> None:
        with self._guard:
            self._idle.append(connection)
        if self._closed:
            self.drop(connection)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise LogUnavailable(f"the log at '{self.address}' was closed: open it again")

    def _unavailable(self, doing: str, error: Exception, what_to_know: str = "") -> LogUnavailable:
        said = str(error) or type(error).__name__
        return LogUnavailable(f"{doing} the log at '{self.address}' failed: {said}{what_to_know}")


def is_refusal(error: BaseException | None) -> bool:
    """Whether the server, or the driver before it asked the server, said no: then nothing was written."""
    return isinstance(error, asyncpg.DataError) or getattr(error, "severity_en", None) == "ERROR"

"""NOTIFY as a wake-up of who follows the log; the position remains the truth."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tomoe_es.log.following import PositionSubscription
from tomoe_es.log.port import EventLog
from tomoe_es.log.postgres_connection import Connection, DrivenConnection
from tomoe_es.log.postgres_connections import Connections

_CHANNEL = "SELECT 'tomoe_log_' || 'event'::regclass::oid"


class NotifiedWakeUp:
    """Woken by every append of whatever process or machine, at once; looks by itself now and then."""

    LOOK_SECONDS = 1.0

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._listening: DrivenConnection | None = None
        self._told = asyncio.Event()

    def wait(self, timeout_seconds: float) -> None:
        """Return at the next append, or after the time, at most LOOK_SECONDS."""
        if self._listening is None or self._listening.is_lost:
            self.close()
            self._listening = self._connections.open("following")
            self._listening.run(self._listen)  # what was appended before is not told: have a look first
        else:
            self._listening.run(lambda _: self._hear(min(timeout_seconds, self.LOOK_SECONDS)))

    def close(self) -> None:
        """Stop listening; another wait begins again."""
        if self._listening is not None:
            self._connections.drop(self._listening)
            self._listening = None

    async def _listen(self, connection: Connection) -> None:
        self._told = asyncio.Event()  # of this connection's loop
        await connection.add_listener(await connection.fetchval(_CHANNEL), self._tell)
        connection.add_termination_listener(self._tell)

    async def _hear(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        self._told.clear()

    def _tell(self, *_: object) -> None:
        self._told.set()


class NotifiedSubscription(PositionSubscription):
    """A subscription that holds a connection from its first wait until it is closed."""

    def __init__(self, log: EventLog, after: int, connections: Connections) -> None:
        self._notified = NotifiedWakeUp(connections)
        super().__init__(log, after, self._notified)

    def close(self) -> None:
        """Give the connection back."""
        self._notified.close()

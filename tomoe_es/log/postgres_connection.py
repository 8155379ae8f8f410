"""A connection to a PostgreSQL server for plain code: the asynchronous driver, driven by its caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any, TypeAlias, TypeVar

import asyncpg

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
SERVER_SETTINGS = {
    "application_name": "tomoe_es",
    # An append that returned is on the disk, whatever the server's default.
    "synchronous_commit": "on",
    # Who waited for the lock sees what was appended meanwhile.
    "default_transaction_isolation": "read committed",
    # A writer that froze gives the right to write back.
    "idle_in_transaction_session_timeout": "10s",
    # Everything goes by an index: a plan made while a table was small still fits when it has grown.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    # And one plan serves every call: planning anew takes longer than appending.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}

_LOOPS_UNTIL_LOSS_IS_SEEN = 3  # end of file is read, the transport closes, the driver is told


class DrivenConnection:
    """A connection with an event loop of its own, which runs in the thread of whoever uses it.

    A loop in a thread of its own costs ten times the round trip to the server.
    """

    def __init__(self, url: str) -> None:
        """Connect; raises what asyncpg raises."""
        self._in_use = Lock()
        self._loop = asyncio.new_event_loop()
        try:
            self._connection: Connection = _outside_loops(lambda: self._drive(_connect(url)))
        except BaseException:
            self._loop.close()
            raise

    def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Result of some work; raises what asyncpg raises."""

        async def result() -> T:
            return await work(self._connection)

        return _outside_loops(lambda: self._drive(result()))

    @property
    def is_lost(self) -> bool:
        """Whether the server has closed it, as far as that is known here by now."""

        async def look() -> bool:
            for _ in range(_LOOPS_UNTIL_LOSS_IS_SEEN):
                await asyncio.sleep(0)
            return self._connection.is_closed()

        return self._loop.is_closed() or _outside_loops(lambda: self._drive(look()))

    def close(self) -> None:
        """Close it at once, after what is under way; does nothing the second time."""
        with self._in_use:
            if not self._loop.is_closed():
                _outside_loops(lambda: self._loop.run_until_complete(self._end()))
                self._loop.close()

    def _drive(self, work: Coroutine[Any, Any, T]) -> T:
        with self._in_use:
            if self._loop.is_closed():
                work.close()
                raise asyncpg.InterfaceError("the connection was closed")
            task = self._loop.create_task(work)
            try:
                return self._loop.run_until_complete(task)
            except BaseException:
                if not task.done():  # Ctrl-C
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        self._loop.run_until_complete(task)
                raise

    async def _end(self) -> None:
        self._connection.terminate()
        left_over = asyncio.all_tasks() - {
            asyncio.current_task()
        }  # as a request to cancel what took too long
        for task in left_over:
            task.cancel()
        await asyncio.gather(*left_over, return_exceptions=True)
        await asyncio.sleep(0)  # the transport closes its socket


async def _connect(url: str) -> Connection:
    connection: Connection = await asyncpg.connect(
        url, server_settings=SERVER_SETTINGS, timeout=CONNECT_SECONDS, command_timeout=ANSWER_SECONDS
    )
    return connection


def _outside_loops(call: Callable[[], T]) -> T:
    """Result of a call that runs a loop; from inside another running loop, in a thread beside it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(call).result()

"""The line from a night to a Dask scheduler: what waits, what runs there, and who is there to run it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Final

from distributed import Client, KilledWorker

from adapters.engines.dask_address import nobody_at
from adapters.engines.dask_scheduler import end_worker_of, listed_workers, tell_first_deaths
from adapters.engines.dask_workers import Workers, resources
from adapters.engines.packed import run_packed
from adapters.engines.process_pool import settle
from adapters.engines.waiting import Task, Waiting
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.engine import (
    EngineError,
    EngineLost,
    RequestUnmet,
    WorkerDied,
    WorkerHung,
    WorkerRaised,
    WorkersRunOtherCode,
)
from tomoe_es.reduction.needs import Capacity

CONNECT_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 1.0
"""So often the workers are counted, and a scheduler that is gone is looked for."""
END_SECONDS: Final = 20.0


class DaskLine(threading.Thread):
    """On an event loop of its own, so that nothing that Dask does holds up the one who submits."""

    def __init__(self, address: str, code: str, patience_seconds: float) -> None:
        super().__init__(name="dask", daemon=True)
        self.capacity: Capacity | None = None  # None: nobody is there
        self.connected = False
        self.looked = threading.Event()
        self._address, self._code, self._patience_seconds = address, code, patience_seconds
        self._reason = "it was never reached"
        self._waiting = Waiting()
        self._running: dict[asyncio.Task[None], Task] = {}
        self._workers = Workers(code)
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._ending = False
        self._kill = False

    @property
    def awaits_workers(self) -> bool:
        """Whether there is a scheduler with no workers at all: they may just be starting."""
        return self.connected and not self._workers.other_code

    def lost(self) -> EngineLost:
        """What to tell of it."""
        if self.connected and self._workers.other_code:
            return WorkersRunOtherCode(self._workers.other_code, self._code)
        return nobody_at(self._address, self._reason)

    def add(self, task: Task, lane: Lane) -> None:
        """From any thread."""
        self._tell(lambda: self._waiting.add(task, lane))

    def end(self, *, kill: bool) -> None:
        """From any thread; returns when all is over."""
        if self.is_alive():
            self._tell(lambda: self._end(kill))
            self.join()

    def run(self) -> None:
        """Until asked to end."""
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a loss is told by its name
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def _tell(self, action: Callable[[], None]) -> None:
        def act() -> None:
            action()
            self._changed.set()

        self._loop.call_soon_threadsafe(act)

    def _end(self, kill: bool) -> None:
        self._ending, self._kill = True, kill
        for task in self._waiting.drop():
            task.future.cancel()

    async def _serve(self) -> None:
        while not self._ending:
            try:
                await self._connect()
            except Exception as error:  # noqa: BLE001  whatever it is: it is told, and nobody waits for ever
                self._nobody_there(error)
                await _first(self._changed.wait(), LOOK_SECONDS)
                self._changed.clear()

    async def _connect(self) -> None:
        client = Client(self._address, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False)
        try:
            await _connected(client)
            await tell_first_deaths(client)
            self._workers.found_scheduler(time.monotonic())
            self.connected = True
            await self._while_connected(client)
        except Exception as error:
            self._nobody_there(error)  # before the client is left, which takes its time
            raise
        finally:
            await self._leave(client)

    async def _while_connected(self, client: Client) -> None:
        first_id, _ = await listed_workers(client)
        while not self._ending or self._running:
            if client.status != "running":
                raise OSError("the connection was lost")
            if self._ending and self._kill:
                await self._kill_running()
                return
            scheduler_id, workers = await listed_workers(client)
            if scheduler_id != first_id:
                raise OSError("another one is there")
            self._workers.look(workers, time.monotonic())
            self.capacity = self._workers.capacity()
            self.looked.set()
            if self.capacity is None:
                self._reason = "it has no workers"
                self._all_lost()
            else:
                self._give(client, self.capacity)
            self._changed.clear()
            await _first(self._changed.wait(), LOOK_SECONDS)

    def _give(self, client: Client, capacity: Capacity) -> None:
        """Begin as many tasks as there is room for."""
        for task in self._waiting.unmet(capacity.largest):
            _fail(task.future, RequestUnmet(task.needs, capacity.largest))
        free = capacity.total
        for task in self._running.values():
            free -= task.needs
        while (next_one := self._waiting.take(free)) is not None:
            free -= next_one.needs
            following = self._loop.create_task(self._follow(client, next_one))
            self._running[following] = next_one

    async def _follow(self, client: Client, task: Task) -> None:
        """One task on Dask, from its submission to its end."""
        key = f"tomoe-{uuid.uuid4().hex}"
        try:
            async with asyncio.timeout(self._patience_seconds):
                settle(task.future, await self._submitted(client, task, key))
        except TimeoutError:
            await _end_worker(client, key)
            _fail(task.future, WorkerHung(self._patience_seconds))
        except asyncio.CancelledError:
            if not task.future.done():
                await _end_worker(client, key)
            _fail(task.future, WorkerDied("it was to be ended"))
        except KilledWorker:
            _fail(task.future, WorkerDied("as its scheduler says"))
        except CancelledError:
            self.capacity, self._reason = None, "it was lost while the task ran"
            _fail(task.future, self.lost())
        except Exception as error:  # noqa: BLE001  handed to the one who waits for the task
            _fail(task.future, WorkerRaised(error, ""))
        finally:
            self._running.pop(asyncio.current_task(), None)  # type: ignore[arg-type]
            self._changed.set()

    async def _submitted(self, client: Client, task: Task, key: str) -> bytes:
        """Its result, when Dask has it."""
        future = client.submit(
            run_packed,
            task.content,
            key=key,
            resources=resources(task.needs, self._code),
            pure=False,
            retries=0,
        )
        try:
            result = await future
        finally:
            future.release()
        assert isinstance(result, bytes), "what run_packed returns"
        return result

    async def _kill_running(self) -> None:
        for following in list(self._running):
            following.cancel()
        if self._running:
            await asyncio.wait(list(self._running), timeout=END_SECONDS)

    def _nobody_there(self, error: Exception) -> None:
        """The scheduler is gone, and what it ran and was to run with it."""
        told = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        self.capacity, self.connected, self._reason = None, False, told
        self.looked.set()
        self._all_lost()

    def _all_lost(self) -> None:
        for task in [*self._running.values(), *self._waiting.drop()]:
            _fail(task.future, self.lost())

    async def _leave(self, client: Client) -> None:
        for following in list(self._running):  # their futures are over with the connection
            following.cancel()
        if self._running:
            await asyncio.wait(list(self._running), timeout=END_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await client.close(timeout=END_SECONDS)


async def _connected(client: Client) -> None:
    """Wait for the scheduler's greeting, which Dask's own limit leaves out. Raises OSError."""
    try:
        async with asyncio.timeout(2 * CONNECT_SECONDS):
            await client
    except TimeoutError as error:
        raise OSError("what listens there does not answer as a scheduler") from error


def _fail(future: Future[Any], condition: EngineError) -> None:
    """Tell a condition, unless the future is over."""
    if not future.done():
        future.set_exception(condition)


async def _end_worker(client: Client, key: str) -> None:
    """End the worker of a task, unless its scheduler is lost: that is found out and told elsewhere."""
    with suppress(OSError):
        async with asyncio.timeout(END_SECONDS):
            await end_worker_of(client, key)


async def _first(event: Any, seconds: float) -> None:
    """Wait for an event, but not longer."""
    try:
        async with asyncio.timeout(seconds):
            await event
    except TimeoutError:
        return

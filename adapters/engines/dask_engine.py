"""Dask distributed as the job engine: workers on any number of machines, found through a scheduler's address.

Dask holds its queue in memory only, starts tasks with resources in any order and lets a request that nobody
can meet wait for ever. So it is given no more than it has room for, in the order of the lanes; what waits
waits here. A death of a worker is told and not tried again: the reduction queue does that, by events.
"""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, Final

from distributed import Client, KilledWorker, Scheduler

from adapters.engines.dask_workers import Workers, resources
from adapters.engines.packed import packed, run_packed
from adapters.engines.process_pool import settle
from adapters.engines.waiting import Task, Waiting
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.engine import (
    ONE_CPU,
    PATIENCE_SECONDS,
    EngineError,
    EngineLost,
    RequestUnmet,
    Result,
    WorkerDied,
    WorkerHung,
    WorkerRaised,
)
from tomoe_es.reduction.needs import Capacity, Needs

CONNECT_SECONDS: Final = 10.0
WORKERS_SECONDS: Final = 60.0
"""Workers that have just been started need some seconds, on a busy machine half a minute."""
LOOK_SECONDS: Final = 1.0
"""So often the workers are counted, and a scheduler that is gone is looked for."""
END_SECONDS: Final = 20.0


class DaskEngine:
    """A scheduler's workers (`tomoe_es.reduction.engine.JobEngine`).

    The client lives in a thread of its own: nothing that Dask does holds up the one who submits. A scheduler
    that is lost is looked for until it is there again.
    """

    name = "dask"

    def __init__(
        self,
        address: str,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Raises EngineLost when no scheduler with workers answers."""
        self._line = _Line(address, patience_seconds)
        self._line.start()
        began = time.monotonic()
        while self._line.capacity is None:
            patience = WORKERS_SECONDS if self._line.connected else CONNECT_SECONDS
            if time.monotonic() > began + patience:
                self.kill()
                raise self._line.lost()
            self._line.looked.wait(0.2)

    def capacity(self) -> Capacity:
        """Of all workers that are there. Raises EngineLost."""
        if self._line.capacity is None:
            raise self._line.lost()
        return self._line.capacity

    def submit(
        self,
        task: Callable[..., Result],
        *arguments: Any,
        needs: Needs = ONE_CPU,
        lane: Lane = "default",
    ) -> Future[Result]:
        """Run a function of a module in a worker. Raises RequestUnmet, ArgumentsTooLarge, EngineLost."""
        largest = self.capacity().largest
        if not needs.fits(largest):
            raise RequestUnmet(needs, largest)
        future: Future[Result] = Future()
        self._line.add(Task(packed(task, arguments), needs, future), lane)
        return future

    def kill(self) -> None:
        """End what runs, with its workers, and leave the scheduler; their nannies start others."""
        self._line.end(kill=True)

    def close(self) -> None:
        """Let the workers finish what they run, and leave the scheduler."""
        self._line.end(kill=False)


class _Line(threading.Thread):
    """The line to the scheduler, on an event loop of its own."""

    def __init__(self, address: str, patience_seconds: float) -> None:
        super().__init__(name="dask", daemon=True)
        self.capacity: Capacity | None = None  # None: nobody is there
        self.connected = False
        self.looked = threading.Event()
        self._address, self._patience_seconds = address, patience_seconds
        self._reason = "it was never reached"
        self._waiting = Waiting()
        self._running: dict[asyncio.Task[None], Task] = {}
        self._workers = Workers()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._ending = False
        self._kill = False

    def lost(self) -> EngineLost:
        """What to tell of it."""
        return EngineLost(
            f"no Dask scheduler with workers at {self._address} ({self._reason}): start the scheduler, "
            "and workers with 'tomoe worker'"
        )

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
                client = await Client(
                    self._address, asynchronous=True, timeout=CONNECT_SECONDS / 2, set_as_default=False
                )
            except OSError as error:
                await self._nobody_there(str(error))
                continue
            try:
                await client.run_on_scheduler(_tell_the_first_death)
                self.connected = True
                await self._while_connected(client)
            except OSError as error:
                await self._nobody_there(str(error))
            finally:
                await self._leave(client)

    async def _while_connected(self, client: Client) -> None:
        while not self._ending or self._running:
            if client.status != "running":
                raise OSError("the connection was lost")
            if self._ending and self._kill:
                await self._kill_running()
                return
            self._workers.look(await _listed(client), time.monotonic())
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
        future = client.submit(
            run_packed,
            task.content,
            key=key,
            resources=resources(task.needs),
            pure=False,
            retries=0,
        )
        try:
            async with asyncio.timeout(self._patience_seconds):
                settle(task.future, await future)
        except TimeoutError:
            await _end_worker_of(client, key)
            _fail(task.future, WorkerHung(self._patience_seconds))
        except asyncio.CancelledError:
            await _end_worker_of(client, key)
            _fail(task.future, WorkerDied("it was to be ended"))
        except KilledWorker:
            _fail(task.future, WorkerDied("as its scheduler says"))
        except CancelledError:
            self._reason = "it was lost while the task ran"
            _fail(task.future, self.lost())
        except Exception as error:  # noqa: BLE001  handed to the one who waits for the task
            _fail(task.future, WorkerRaised(error, ""))
        finally:
            future.release()
            self._running.pop(asyncio.current_task(), None)  # type: ignore[arg-type]
            self._changed.set()

    async def _kill_running(self) -> None:
        for following in list(self._running):
            following.cancel()
        if self._running:
            await asyncio.wait(list(self._running), timeout=END_SECONDS)

    async def _nobody_there(self, reason: str) -> None:
        """The scheduler is gone, and what it ran and was to run with it."""
        self.capacity, self.connected, self._reason = None, False, reason
        self._workers = Workers()
        self.looked.set()
        self._all_lost()
        if not self._ending:
            await _first(self._changed.wait(), LOOK_SECONDS)
            self._changed.clear()

    def _all_lost(self) -> None:
        for task in [*self._running.values(), *self._waiting.drop()]:
            _fail(task.future, self.lost())

    async def _leave(self, client: Client) -> None:
        if self._running:  # their futures are over with the connection
            await asyncio.wait(list(self._running), timeout=END_SECONDS)
        await client.close(timeout=END_SECONDS)


def _fail(future: Future[Any], condition: EngineError) -> None:
    """Tell a condition, unless the future is over."""
    if not future.done():
        future.set_exception(condition)


async def _listed(client: Client) -> dict[str, dict[str, float]]:
    """Resources of each worker, by address."""
    if client.scheduler is None:
        raise OSError("the connection was lost")
    told = await client.scheduler.identity(n_workers=-1)
    return {address: each["resources"] for address, each in told["workers"].items()}


async def _first(event: Any, seconds: float) -> None:
    """Wait for an event, but not longer."""
    try:
        async with asyncio.timeout(seconds):
            await event
    except TimeoutError:
        return


async def _end_worker_of(client: Client, key: str) -> None:
    """Have a nanny start the worker of a task anew: what runs can't be stopped otherwise."""
    address = await client.run_on_scheduler(_forget_and_find, key=key)
    if address:
        await client.restart_workers([address], timeout=END_SECONDS, raise_for_error=False)


def _forget_and_find(key: str, dask_scheduler: Scheduler) -> str | None:
    """On the scheduler: the address of the worker that runs a task, which is not to be run by another."""
    task = dask_scheduler.tasks.get(key)
    if task is None or task.processing_on is None:
        return None
    address = task.processing_on.address
    for client in list(task.who_wants or ()):
        dask_scheduler.client_releases_keys([key], client.client_key)
    return str(address)


def _tell_the_first_death(dask_scheduler: Scheduler) -> None:
    """On the scheduler: a task whose worker died is given back; another attempt is the queue's affair."""
    dask_scheduler.allowed_failures = 0

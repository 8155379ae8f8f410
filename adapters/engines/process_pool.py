"""The embedded job engine: worker processes on this machine, which get their data by path.

A task that kills its worker, or that outlasts the engine's patience, takes down this one worker only: what
the others run goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import shutil
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from adapters.engines.packed import packed, unpacked
from adapters.engines.waiting import Task, Waiting
from adapters.engines.worker_process import ONE_THREAD, READY, deaf_to_interrupts, serve
from tomoe_es.errors import TomoeError
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.engine import (
    ONE_CPU,
    PATIENCE_SECONDS,
    EngineError,
    RequestUnmet,
    Result,
    WorkerDied,
    WorkerHung,
)
from tomoe_es.reduction.needs import Capacity, Needs

RAM_DISK: Final = Path("/dev/shm")
START_SECONDS: Final = 120.0
"""A worker that isn't ready after this has no prospect; a busy machine takes some seconds."""


def of_this_machine(workers: int) -> Needs:
    """A CPU for each worker, all memory and all of the RAM disk."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    ram_disk = shutil.disk_usage(RAM_DISK).total if RAM_DISK.is_dir() else 0
    return Needs(workers, memory // 1_000_000, ram_disk // 1_000_000)


class ProcessPool:
    """Worker processes, started when there is work (`tomoe_es.reduction.engine.JobEngine`)."""

    name = "process pool"

    def __init__(
        self,
        workers: int,
        patience_seconds: float = PATIENCE_SECONDS,
        total: Needs | None = None,
    ) -> None:
        self._total = total or of_this_machine(workers)
        self._patience_seconds = patience_seconds
        self._manager: _Manager | None = None

    def capacity(self) -> Capacity:
        """All slots are on one machine, so that one job may have all of it."""
        return Capacity(self._total, self._total)

    def submit(
        self,
        task: Callable[..., Result],
        *arguments: Any,
        needs: Needs = ONE_CPU,
        lane: Lane = "default",
    ) -> Future[Result]:
        """Run a function of a module in a worker. Raises RequestUnmet, ArgumentsTooLarge."""
        if not needs.fits(self._total):
            raise RequestUnmet(needs, self._total)
        future: Future[Result] = Future()
        content = packed(task, arguments)
        if self._manager is None:
            self._manager = _Manager(self._total, self._patience_seconds)
            self._manager.start()
        self._manager.ask(lambda manager: manager.waiting.add(Task(content, needs, future), lane))
        return future

    def kill(self) -> None:
        """End the workers at once, whatever they run; the next task finds new ones."""
        self._end(_Manager.kill)

    def close(self) -> None:
        """Let the workers finish what they run, and end them."""
        self._end(_Manager.finish)

    def _end(self, how: Callable[[_Manager], None]) -> None:
        if self._manager is not None:
            self._manager.ask(how)
            self._manager.join()
            self._manager = None


@dataclass(eq=False, slots=True)
class _Worker:
    """A process and this side of its pipe; what it runs and until when."""

    process: BaseProcess
    connection: Connection
    task: Task | None = None
    until: float = 0.0
    ready: bool = False


class _Manager(threading.Thread):
    """Gives tasks to workers and hears what becomes of them; the workers end with this thread."""

    def __init__(self, total: Needs, patience_seconds: float) -> None:
        super().__init__(name="process pool", daemon=True)
        self.waiting = Waiting()
        self._total, self._patience_seconds = total, patience_seconds
        self._asked: queue.SimpleQueue[Callable[[_Manager], None]] = queue.SimpleQueue()
        self._woken, self._waker = multiprocessing.Pipe(duplex=False)
        self._workers: list[_Worker] = []
        self._ending = False
        os.environ.update(ONE_THREAD)  # inherited by the workers
        self._context = multiprocessing.get_context("spawn")  # no locks or threads of this process are copied

    def ask(self, action: Callable[[_Manager], None]) -> None:
        """Have something done in this thread."""
        self._asked.put(action)
        self._waker.send_bytes(b"!")

    def finish(self) -> None:
        """Drop what waits; end when nothing runs."""
        self._ending = True
        for task in self.waiting.drop():
            task.future.cancel()

    def kill(self) -> None:
        """End now."""
        self.finish()
        for worker in self._workers:
            worker.process.kill()

    def run(self) -> None:
        """Until asked to end."""
        while not self._ending or any(each.task for each in self._workers):
            self._give()
            of = {each.connection: each for each in self._workers}
            for ready in wait([self._woken, *of], self._rest_seconds()):
                if ready is self._woken:
                    self._woken.recv_bytes()
                    self._asked.get()(self)
                else:
                    self._hear(of[ready])  # type: ignore[index]
            self._kill_overdue()
        for worker in self._workers:
            worker.connection.close()  # it reads the end, and returns
        for worker in self._workers:
            worker.process.join()
        self._woken.close()
        self._waker.close()

    def _give(self) -> None:
        """Begin as many tasks as there is room for."""
        free = self._total
        for worker in self._workers:
            if worker.task is not None:
                free -= worker.task.needs
        while (task := self.waiting.take(free)) is not None:
            free -= task.needs
            worker = next((each for each in self._workers if each.task is None), None) or self._new_worker()
            worker.task = task
            worker.until = time.monotonic() + (self._patience_seconds if worker.ready else START_SECONDS)
            try:
                worker.connection.send_bytes(task.content)
            except OSError:
                self._over(worker)

    def _new_worker(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs,), daemon=True)
        with deaf_to_interrupts():
            process.start()
        theirs.close()  # so that the worker's death is the end of the pipe
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        try:
            content = worker.connection.recv_bytes()
        except (EOFError, OSError):
            self._over(worker)
            return
        if content == READY:
            worker.ready, worker.until = True, time.monotonic() + self._patience_seconds
            return
        task, worker.task = worker.task, None
        if task is not None:
            settle(task.future, content)

    def _over(self, worker: _Worker, condition: EngineError | None = None) -> None:
        """The worker is gone; its task's result is why."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if worker.task is not None:
            worker.task.future.set_exception(condition or WorkerDied(_how(worker.process.exitcode)))

    def _kill_overdue(self) -> None:
        for worker in [each for each in self._workers if each.task and time.monotonic() >= each.until]:
            worker.process.kill()
            self._over(worker, WorkerHung(self._patience_seconds))

    def _rest_seconds(self) -> float | None:
        busy = [each.until for each in self._workers if each.task]
        return max(0.0, min(busy) - time.monotonic()) if busy else None


def settle(future: Future[Any], content: bytes) -> None:
    """Give a task's result, or the exception it ended in, to the one who waits for it."""
    try:
        future.set_result(unpacked(content))
    except TomoeError as raised:
        future.set_exception(raised)


def _how(exitcode: int | None) -> str:
    """The end of a process in words."""
    if exitcode is not None and exitcode < 0:
        return f"by {signal.Signals(-exitcode).name}"
    return f"with exit code {exitcode}"

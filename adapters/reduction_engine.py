"""The embedded reduction engine: worker processes on this machine, which get their data by path."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from tomoe_es.errors import TomoeError
from tomoe_es.events.monitor import ErrorRaised

Result = TypeVar("Result")

WORKER = "worker"

PATIENCE_SECONDS = 600.0
"""Real time without any task of the pool being done, after which a worker counts as hung. The longest task,
a flat of 3,600 frames, takes half of it on a slow machine."""
_MESSAGE_CHARACTERS = 600

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class WorkerDied(TomoeError):
    """The worker process of a task is gone."""

    what_to_do = "look for its reason in the system's log, such as memory; the job is repeated"


class WorkerHung(TomoeError):
    """No task of the pool came to an end for longer than any can take."""

    what_to_do = "look for a disk that does not answer; the workers were killed, the job is repeated"


class WorkerRaised(TomoeError):
    """A task ended in an exception that nobody foresaw; `error` is that exception."""

    what_to_do = "report the exception with its place: nobody foresaw it; the job is repeated"

    def __init__(self, error: BaseException) -> None:
        told = f"{type(error).__name__}: {error}"
        places = [line.strip() for line in str(error.__cause__).splitlines() if line.startswith("  File ")]
        super().__init__(" at ".join([told[:_MESSAGE_CHARACTERS], *places[-1:]]))
        self.error = error
        self._place = places[-1] if places else ""

    def event(self) -> ErrorRaised:
        """What is recorded of it, so that it is an alarm."""
        found = re.search(r'([^/"]+/[^/"]+)", line (\d+), in (\S+)', self._place)
        return ErrorRaised(
            process=WORKER,
            condition=type(self.error).__name__,
            message=str(self.error)[:_MESSAGE_CHARACTERS],
            where=f"{found[1]}:{found[2]} in {found[3]}" if found else "",
            understood=False,
        )


class ProcessPool:
    """Worker processes. One that dies takes its pool with it; the pool is made anew for the next job."""

    def __init__(self, workers: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.workers = workers
        self._patience_seconds = patience_seconds
        self._last_moved = 0.0  # when a task was last submitted or done
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, task: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Run a function of a module in a worker; give the future to `ready` and `result`.

        To be called from one thread that lasts: the workers end with it.
        """
        try:
            future = self._living().submit(task, *arguments)
        except BrokenProcessPool:
            self._pool = None
            future = self._living().submit(task, *arguments)
        self._moved(future)
        future.add_done_callback(self._moved)
        return future

    def ready(self, future: Future[Any]) -> bool:
        """Tell whether `result` would not wait: the task is done, or nothing was for too long."""
        return future.done() or self._patience_left() <= 0

    def result(self, future: Future[Result]) -> Result:
        """Wait for what a task gives.

        Raises WorkerDied, WorkerRaised, and WorkerHung, after which the other tasks' workers have died.
        """
        while not future.done():
            rest = self._patience_left()
            if rest <= 0:
                self.kill()
                raise WorkerHung(
                    f"nothing was done for {self._patience_seconds:g} s: the workers were killed; "
                    "look for a disk that does not answer"
                )
            wait([future], rest)
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            raise WorkerDied(
                "the worker process died: look for its reason in the system's log, such as memory"
            ) from error
        if error is not None:
            raise WorkerRaised(error) from error
        return future.result()

    def kill(self) -> None:
        """End the workers at once, whatever they run; the next job finds new ones."""
        if self._pool is not None:
            _kill_workers(self._pool)
            self._pool.shutdown(wait=False)
            self._pool = None

    def close(self) -> None:
        """Let the workers finish what they run, and end them."""
        if self._pool is not None:
            impatient = threading.Timer(self._patience_seconds, _kill_workers, [self._pool])
            impatient.start()
            self._pool.shutdown(wait=True, cancel_futures=True)
            impatient.cancel()
            self._pool = None

    def _moved(self, _: Future[Any]) -> None:
        self._last_moved = time.monotonic()

    def _patience_left(self) -> float:
        """Real time that is left for some task to be done."""
        return self._last_moved + self._patience_seconds - time.monotonic()

    def _living(self) -> ProcessPoolExecutor:
        if self._pool is None:
            for name in _THREAD_SETTINGS:  # inherited by the workers: one core each
                os.environ[name] = "1"
            context = multiprocessing.get_context("spawn")  # no locks or threads of this process are copied
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=follow_parent)
        return self._pool


def _kill_workers(pool: ProcessPoolExecutor) -> None:
    """As `ProcessPoolExecutor.kill_workers` of Python 3.14."""
    for process in list((pool._processes or {}).values()):
        process.kill()


def follow_parent() -> None:
    """End this worker when the thread or process that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid != os.getppid():  # gone before this worker could ask to follow it
        os.kill(os.getpid(), signal.SIGKILL)

"""The embedded reduction engine: worker processes on this machine, which get their data by path."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Result = TypeVar("Result")

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class ProcessPool:
    """Worker processes. One that dies takes its pool with it; the pool is made anew for the next job."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, task: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Run a function of a module in a worker; its future raises BrokenProcessPool when the worker dies.

        To be called from one thread that lasts: the workers end with it.
        """
        try:
            return self._living().submit(task, *arguments)
        except BrokenProcessPool:
            self._pool = None
            return self._living().submit(task, *arguments)

    def close(self) -> None:
        """Let the workers finish what they run, and end them."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _living(self) -> ProcessPoolExecutor:
        if self._pool is None:
            for name in _THREAD_SETTINGS:  # inherited by the workers: one core each
                os.environ[name] = "1"
            context = multiprocessing.get_context("spawn")  # no locks or threads of this process are copied
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=follow_parent)
        return self._pool


def follow_parent() -> None:
    """End this worker when the thread or process that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid != os.getppid():  # gone before this worker could ask to follow it
        os.kill(os.getpid(), signal.SIGKILL)

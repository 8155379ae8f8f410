"""Dask distributed as the job engine: workers on any number of machines, found through a scheduler's address.

Dask holds its queue in memory only, starts tasks with resources in any order and lets a request that nobody
can meet wait for ever. So it is given no more than it has room for, in the order of the lanes; what waits
waits here. A death of a worker is told and not tried again: the reduction queue does that, by events.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from adapters.engines.dask_address import SCHEDULER_SECONDS
from adapters.engines.dask_line import DaskLine
from adapters.engines.packed import packed
from adapters.engines.waiting import Task
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.engine import ONE_CPU, PATIENCE_SECONDS, RequestUnmet, Result
from tomoe_es.reduction.needs import Capacity, Needs

WORKERS_SECONDS: Final = 60.0
"""Workers that have just been started need some seconds, on a busy machine half a minute."""


class DaskEngine:
    """A scheduler's workers (`tomoe_es.reduction.engine.JobEngine`).

    A scheduler that is lost is looked for until it is there again.
    """

    name = "dask"

    def __init__(
        self,
        address: str,
        code: str,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`code` is the version that workers must run. Raises EngineLost when no scheduler with such workers
        answers, WorkersRunOtherCode when it has only others.
        """
        self._line = DaskLine(address, code, patience_seconds)
        self._line.start()
        began = time.monotonic()
        while self._line.capacity is None:
            patience = WORKERS_SECONDS if self._line.awaits_workers else SCHEDULER_SECONDS
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

"""What runs reduction jobs, as the rest of the system sees it: tasks in, results or named conditions out.

An engine holds no truth: the queue, its leases and retries are events. It runs what it is given, the express
lane first, never more at once than its slots hold, and says by name what became of each task.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, Final, Protocol, TypeVar

from tomoe_es.errors import TomoeError
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.needs import Capacity, Needs

Result = TypeVar("Result")

WORKER: Final = "worker"
ONE_CPU: Final = Needs()
PATIENCE_SECONDS: Final = 600.0
"""Real time after which a task that a worker runs has no lease any more: the worker counts as hung. The
longest task, a flat of 3,600 frames, takes half of it on a slow machine."""
LARGEST_ARGUMENTS: Final = 1_000_000
"""Bytes of a task's arguments. Data goes by path: a cube by value would be copied into each process."""
_MESSAGE_CHARACTERS: Final = 600


class EngineError(TomoeError):
    """A condition of the engine that runs reduction jobs."""

    what_to_do = "look at the engine's processes and their machine"


class WorkerDied(EngineError):
    """The worker process of a task is gone."""

    what_to_do = "look for its reason in the system's log, such as memory; the job is repeated"

    def __init__(self, how: str) -> None:
        super().__init__(
            f"the worker process died ({how}): look for its reason in the system's log, such as memory"
        )


class WorkerHung(EngineError):
    """A worker ran a task for longer than any can take."""

    what_to_do = "look for a disk that does not answer; the worker was killed, the job is repeated"

    def __init__(self, patience_seconds: float) -> None:
        super().__init__(
            f"a worker gave no result for {patience_seconds:g} s: it was killed; "
            "look for a disk that does not answer"
        )


class EngineLost(EngineError):
    """The engine itself is not there, such as the scheduler of its workers; jobs go back to the queue."""

    what_to_do = "start the engine's scheduler and workers again; the jobs go on by themselves"


class WorkersRunOtherCode(EngineLost):
    """The engine has workers, but none with the night's code; what they make could not be traced to it."""

    what_to_do = (
        "start the workers again with the code and packages that the night runs, or the night with theirs"
    )

    def __init__(self, theirs: Collection[str], ours: str) -> None:
        super().__init__(
            f"the workers run {', '.join(sorted(theirs))}, the night {ours}: start them again with its code"
        )


class RequestUnmet(EngineError):
    """No worker of the engine, however idle, has as much as the job needs."""

    what_to_do = "start a worker with more memory or RAM disk, or ask for fewer frames in the recipe"

    def __init__(self, needs: Needs, largest: Needs) -> None:
        super().__init__(
            f"the job needs {needs}; the largest worker has {largest}: "
            "start a larger one, or ask for fewer frames"
        )


class ArgumentsTooLarge(EngineError):
    """A task was to be given data by value."""

    what_to_do = "this is a mistake in the code that submits the task: give the path of the data's file"

    def __init__(self, size: int) -> None:
        super().__init__(f"the task's arguments have {size} bytes: give data by the path of its file")


class WorkerRaised(EngineError):
    """A task ended in an exception that nobody foresaw; `error` is that exception."""

    what_to_do = "report the exception with its place: nobody foresaw it; the job is repeated"

    def __init__(self, error: BaseException, traceback: str) -> None:
        told = f"{type(error).__name__}: {error}"
        places = [line.strip() for line in traceback.splitlines() if line.startswith("  File ")]
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


class JobEngine(Protocol):
    """Workers that run functions of modules; to be used from one thread."""

    name: str

    def capacity(self) -> Capacity:
        """What there is to give now. Raises EngineLost."""

    def submit(
        self,
        task: Callable[..., Result],
        *arguments: Any,
        needs: Needs = ONE_CPU,
        lane: Lane = "default",
    ) -> Future[Result]:
        """Have a function run in a worker, as soon as there is room; returns at once.

        Raises RequestUnmet, ArgumentsTooLarge, EngineLost; the future's result raises WorkerDied, WorkerHung,
        WorkerRaised, EngineLost.
        """

    def kill(self) -> None:
        """End what runs at once, whatever it is; nothing waits any more."""

    def close(self) -> None:
        """Let the workers finish what they run, drop what waits, and let go of them."""

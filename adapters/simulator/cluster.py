"""The simulated cluster of the reduction: 96 slots, each of which takes its time for a chip-cube.

The jobs are real and run on this machine; their results are recorded when the cluster's time for them is
over. Where this machine takes longer, the loop's clock waits, so that the order of events is always the same;
the loop turns meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tomoe_es.clock import SECOND
from tomoe_es.control.ports import Effects, HoldingTimers, Recorder
from tomoe_es.events import Event, reduction
from tomoe_es.events.envelope import Recorded
from tomoe_es.reduction.engine import EngineLost
from tomoe_es.reduction.queue_state import Job, ReductionState

ENGINE = "simulated cluster"
SLOTS = 96
"""As the real one: 3 machines with 32 workers each."""
MACHINES, MACHINE_MEMORY_MB, MACHINE_RAM_DISK_MB = 3, 128_000, 16_000
LOOK_AGAIN_SECONDS = 60.0
"""So often it is looked whether an engine that was lost is there again."""
JOB_SECONDS = 20.0
LEASE_SECONDS = 600.0


class Reducing(Protocol):
    """Carries out jobs."""

    def begin(self, state: ReductionState, job: Job) -> None:
        """Begin a job."""

    def ready(self, job: Job) -> bool:
        """Tell whether `finish` would not wait."""

    def finish(self, job: Job) -> list[Event]:
        """Wait for a job; the events that tell its outcome. Raises EngineLost."""

    def forget(self, job: Job) -> None:
        """A job that was begun has no lease any more: nobody will ask for its outcome."""

    def is_there(self) -> bool:
        """Whether there is an engine to run jobs."""


class SimulatedCluster:
    """Runs what is leased."""

    def __init__(
        self, timers: HoldingTimers, record: Recorder, reducing: Reducing, state: Callable[[], ReductionState]
    ) -> None:
        self._timers = timers
        self._record = record
        self._reducing = reducing
        self._state = state
        self._due: dict[tuple[int, int], list[tuple[Job, Recorded]]] = {}

    def effects(self) -> Effects:
        """What the cluster carries out."""
        return {reduction.ReductionLeased: self._begin}

    def start(self) -> None:
        """Report the cluster as ready; leases of a former process are void."""
        ready = reduction.ReductionEngineStarted(
            engine=ENGINE,
            slots=SLOTS,
            memory_mb=MACHINES * MACHINE_MEMORY_MB,
            ram_disk_mb=MACHINES * MACHINE_RAM_DISK_MB,
            job_memory_mb=MACHINE_MEMORY_MB,
            job_ram_disk_mb=MACHINE_RAM_DISK_MB,
            lease_seconds=LEASE_SECONDS,
        )
        self._record([ready], cause=None, actor=ENGINE)

    def _begin(self, leased: Recorded) -> None:
        event = leased.payload
        assert isinstance(event, reduction.ReductionLeased)
        state = self._state()
        job = state.leased[event.frame_id]
        self._reducing.begin(state, job)
        due = (self._timers.now() + round(JOB_SECONDS * SECOND), event.exposure_number)
        if due not in self._due:
            self._due[due] = []
            self._timers.call_when_ready(due[0], lambda: self._ready(due), lambda: self._finish(due))
        self._due[due].append((job, leased))

    def _ready(self, due: tuple[int, int]) -> bool:
        """What is due no more, since the engine was lost, is not waited for."""
        return all(self._reducing.ready(job) for job, _ in self._due.get(due, ()))

    def _finish(self, due: tuple[int, int]) -> None:
        """Record the results of one exposure's jobs together."""
        events: list[Event] = []
        causes: list[Recorded] = []
        jobs = self._due.pop(due, [])  # none: the engine was lost meanwhile
        for index, (job, leased) in enumerate(jobs):
            try:
                outcome = self._reducing.finish(job)
            except EngineLost as lost:
                self._record(events, cause=causes, actor=ENGINE)
                self._due[due] = jobs[index + 1 :]
                self._lost(lost)
                return
            events += outcome
            causes += [leased] * len(outcome)
        self._record(events, cause=causes, actor=ENGINE)

    def _lost(self, lost: EngineLost) -> None:
        """No lease holds any more; the jobs go on when an engine is there again."""
        for jobs in self._due.values():
            for job, _ in jobs:
                self._reducing.forget(job)
        self._due.clear()
        gone = reduction.ReductionEngineLost(engine=ENGINE, condition=lost.condition, message=str(lost))
        self._record([gone], cause=None, actor=ENGINE)
        self._look_again()

    def _look_again(self) -> None:
        if self._reducing.is_there():
            self.start()
        else:
            later = self._timers.now() + round(LOOK_AGAIN_SECONDS * SECOND)
            self._timers.call_at(later, self._look_again)

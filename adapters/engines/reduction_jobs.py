"""Reduction jobs on an engine: built from the queue's state, run by path, told as events."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path

from adapters.star_indexes import SkyIndexes
from tomoe_es.events import Event
from tomoe_es.reduction.engine import EngineError, EngineLost, JobEngine, RequestUnmet, WorkerRaised
from tomoe_es.reduction.job import ReductionJob, ReductionResult
from tomoe_es.reduction.outcome import outcome
from tomoe_es.reduction.queue import failure
from tomoe_es.reduction.queue_state import NO_MASTER, Job, Master, ReductionState

COMPILED_SECONDS = 8.0
"""What is compiled already is loaded in less, unless the disk is cold or slow."""


def warm_up(engine: JobEngine, it_lasts: Callable[[], None]) -> None:
    """Before a night, let one worker compile what else all would; `it_lasts` is called if it may have to.

    Raises KernelCacheUnwritable.
    """
    warming = engine.submit(warm_up_in_worker)
    if wait([warming], COMPILED_SECONDS).not_done:
        it_lasts()
    try:
        warming.result()
    except WorkerRaised as raised:
        raise raised.error from raised


class ReductionJobs:
    """Carries out jobs on an engine (`adapters.simulator.cluster.Reducing`)."""

    def __init__(
        self,
        engine: JobEngine,
        buffer: Path,
        archive: Path,
        star_indexes: Path,
        reduce: Callable[[ReductionJob, Path], ReductionResult] | None = None,
    ) -> None:
        """`reduce`: what a worker does with a job and the folder of star indexes; else `reduce_in_worker`."""
        self._engine, self._reduce = engine, reduce or reduce_in_worker
        self._buffer, self._archive, self._star_indexes = buffer, archive, star_indexes
        self._running: dict[str, Future[ReductionResult]] = {}

    def begin(self, state: ReductionState, job: Job) -> None:
        """Begin a job; what hinders it is told by `finish`."""
        described = self._describe(state, job)
        try:
            running = self._engine.submit(
                self._reduce, described, self._star_indexes, needs=job.needs, lane=job.lane
            )
        except EngineError as trouble:
            running = Future()
            running.set_exception(trouble)
        self._running[job.frame_id] = running

    def forget(self, job: Job) -> None:
        """See `adapters.simulator.cluster.Reducing`."""
        self._running.pop(job.frame_id).cancel()

    def is_there(self) -> bool:
        """Whether the engine can be asked for work."""
        try:
            self._engine.capacity()
        except EngineLost:
            return False
        return True

    def ready(self, job: Job) -> bool:
        """Tell whether a job is done, or not to be waited for any more."""
        return self._running[job.frame_id].done()

    def finish(self, job: Job) -> list[Event]:
        """Wait for a job; the events that tell its outcome. Raises EngineLost."""
        try:
            result = self._running.pop(job.frame_id).result()
        except EngineLost:
            raise
        except EngineError as trouble:
            permanent = isinstance(trouble, RequestUnmet)
            failed = failure(job, trouble.condition, str(trouble), permanent=permanent)
            return [failed, trouble.event()] if isinstance(trouble, WorkerRaised) else [failed]
        return outcome(job, result)

    def _describe(self, state: ReductionState, job: Job) -> ReductionJob:
        exposure = state.exposures[job.exposure_number]
        cube = exposure.buffered[job.frame_id]
        dark = self._master(state, job.dark_exposure, job.det_id)
        flat = self._master(state, job.flat_exposure, job.det_id)
        return ReductionJob(
            job_id=job.job_id,
            frame_id=job.frame_id,
            exposure_number=job.exposure_number,
            det_id=job.det_id,
            data_type=job.data_type,
            cube_path=self._buffer / cube.path,
            cube_blake3=cube.blake3,
            dark_path=self._archive / dark.path if dark is not None else None,
            dark_sha256=dark.sha256 if dark is not None else None,
            flat_path=self._archive / flat.path if flat is not None else None,
            flat_sha256=flat.sha256 if flat is not None else None,
            steps=tuple(exposure.request.pipeline),  # type: ignore[arg-type]  # checked with the recipe
            ra_deg=exposure.request.ra_deg,
            dec_deg=exposure.request.dec_deg,
            start_us=exposure.start_us,
            code_version=state.code_version,
            event_positions={
                "RecipeSubmitted": exposure.correlation,
                "ExposureRequested": exposure.position,
                "ExposureStarted": exposure.start_position,
                "ChipCubeBuffered": cube.position,
                "ReductionQueued": job.queued_position,
            },
            checkpoint=exposure.checkpoint,
            archive=self._archive,
        )

    def _master(self, state: ReductionState, exposure: int | None, det_id: int) -> Master | None:
        if exposure is None:
            return None
        master = state.masters[exposure][det_id]
        return master if master != NO_MASTER else None


def reduce_in_worker(job: ReductionJob, star_indexes: Path) -> ReductionResult:
    """Run one job in this process."""
    from tomoe_es.reduction.pipeline import run_job  # imports numba, 0.5 s that only workers have use for

    return run_job(job, SkyIndexes.at(star_indexes, job.start_us), time.perf_counter)


def warm_up_in_worker() -> None:
    """Have the kernels compiled and on the disk, where every worker finds them."""
    from tomoe_es.reduction.warm_up import warm_up  # as above

    warm_up()

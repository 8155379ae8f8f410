"""The reduction line: from a job to its result. Every known trouble becomes a named fact in the result."""

from __future__ import annotations

from tomoe_es.errors import TomoeError
from tomoe_es.reduction.astrometric_solver import AstrometricSolver
from tomoe_es.reduction.conditions import StorageFailed
from tomoe_es.reduction.job import Failure, ReductionJob, ReductionResult
from tomoe_es.reduction.reduce_calibration import make_master
from tomoe_es.reduction.reduce_science import reduce_chip
from tomoe_es.reduction.stopwatch import Stopwatch, Timer


def run_job(job: ReductionJob, solver: AstrometricSolver, timer: Timer) -> ReductionResult:
    """Do one job, in whatever process. Named conditions come back in the result; only the unforeseen raises.

    The same job gives the same products, so that it may be repeated after a crash.
    """
    stopwatch = Stopwatch(timer)
    try:
        if job.data_type == "OBJECT":
            return reduce_chip(job, solver, stopwatch)
        return make_master(job, stopwatch)
    except OSError as error:
        return _failed(job, StorageFailed(job.archive, str(error)), stopwatch)
    except TomoeError as error:
        return _failed(job, error, stopwatch)


def _failed(job: ReductionJob, error: TomoeError, stopwatch: Stopwatch) -> ReductionResult:
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        failure=Failure(error.condition, str(error)),
        stage_seconds=stopwatch.seconds,
    )

"""The reduction line: from a job to its result. Every known trouble becomes a named fact in the result."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from tomoe_es.errors import TomoeError
from tomoe_es.reduction.astrometric_solver import AstrometricSolver
from tomoe_es.reduction.conditions import StorageFailed
from tomoe_es.reduction.job import Failure, ReductionJob, ReductionResult
from tomoe_es.reduction.reduce_calibration import make_master
from tomoe_es.reduction.reduce_science import reduce_chip
from tomoe_es.reduction.stopwatch import Stopwatch, Timer

_DECODER: Final = msgspec.msgpack.Decoder(ReductionResult)


def run_job(job: ReductionJob, solver: AstrometricSolver, timer: Timer) -> ReductionResult:
    """Do one job, in whatever process. Named conditions come back in the result; only the unforeseen raises.

    The same job gives the same products, so that it may be repeated after a crash.
    """
    stopwatch = Stopwatch(timer)
    try:
        if job.data_type == "OBJECT":
            return plain(reduce_chip(job, solver, stopwatch))
        return plain(make_master(job, stopwatch))
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


def plain(result: ReductionResult) -> ReductionResult:
    """The same with plain numbers where numpy's are: a night's log takes no others, and is to outlive a slip.

    Raises TypeError for what is no number, here in the worker, where it costs one job.
    """
    return _DECODER.decode(msgspec.msgpack.encode(result, enc_hook=_of_numpy))


def _of_numpy(number: object) -> int | float | bool:
    if isinstance(number, np.generic):
        plain_number = number.item()
        if isinstance(plain_number, int | float):
            return plain_number
    raise TypeError(f"a result of the reduction holds a {type(number).__name__}")

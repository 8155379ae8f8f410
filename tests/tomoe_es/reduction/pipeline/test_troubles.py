"""Whatever keeps a job from its end has a name."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tests.tomoe_es.reduction.pipeline.bench import Bench
from tomoe_es.reduction.job import ReductionResult
from tomoe_es.reduction.pipeline import run_job


def condition(result: ReductionResult) -> str | None:
    assert result.products == ()
    return result.failure.condition if result.failure else None


def test_troubles_with_the_inputs_are_named(bench: Bench, frames: NDArray[np.uint16], tmp_path: Path) -> None:
    job = bench.job("OBJECT", 18, frames)

    def after(**changes: Any) -> str | None:
        return condition(bench.run(msgspec.structs.replace(job, **changes)))

    short = tmp_path / "short.fits"
    short.write_bytes(job.cube_path.read_bytes()[:1_000_000])
    assert after(cube_path=tmp_path / "gone.fits") == "CubeMissing"
    assert after(cube_path=short) == "RawCubeCorrupt"
    assert after(cube_blake3="0" * 64) == "DigestMismatch"
    assert after(dark_path=None) == "CalibrationMissing"
    assert after(flat_path=tmp_path / "gone.fits") == "CalibrationMissing"
    assert after(flat_path=job.dark_path, flat_sha256=job.dark_sha256) == "CalibrationCorrupt"
    assert after(dark_sha256="0" * 64) == "DigestMismatch"


def test_a_folder_that_cannot_be_written_to_is_named(bench: Bench, frames: NDArray[np.uint16]) -> None:
    job = bench.job("OBJECT", 19, frames)
    assert condition(bench.run(msgspec.structs.replace(job, archive=job.cube_path))) == "StorageFailed"


def test_a_solver_that_is_not_installed_is_named(
    bench: Bench, frames: NDArray[np.uint16], tmp_path: Path
) -> None:
    missing = replace(bench.solver, engine=tmp_path / "astrometry-engine")
    result = run_job(bench.job("OBJECT", 20, frames), missing, time.perf_counter)
    assert condition(result) == "SolverUnavailable"
    assert result.failure is not None
    assert "apt-get install" in result.failure.message

"""Whatever keeps a job from its end has a name."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray

from tests.tomoe_es.reduction.pipeline.bench import Bench
from tomoe_es.reduction.job import ReductionJob, ReductionResult
from tomoe_es.reduction.pipeline import run_job
from tomoe_es.transfer.exposure_facts import DataType


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


def _set(plane: str | int, value: float) -> Callable[[fits.HDUList], None]:
    def damage(hdus: fits.HDUList) -> None:
        hdus[plane].data[100:102, 200:205] = value

    return damage


@pytest.mark.parametrize(
    ("kind", "damage", "wrong"),
    [
        ("dark", _set(0, np.nan), "10 pixels of its image are no numbers"),
        ("flat", _set(0, np.inf), "10 pixels of its image are no numbers"),
        ("dark", _set("NOISE", np.inf), "10 pixels of its noise are no numbers"),
        ("flat", _set("NOISE", np.nan), "10 pixels of its noise are no numbers"),
        ("dark", _set("NOISE", -1), "10 pixels of its noise are less than 0"),
        ("flat", _set(0, 0), "10 pixels of its image are 0 or less"),
        ("flat", _set(0, -1), "10 pixels of its image are 0 or less"),
        ("dark", lambda hdus: hdus[0].header.remove("NFRAME"), "its NFRAME is None"),
        ("flat", lambda hdus: hdus[0].header.set("NFRAME", "six"), "its NFRAME is 'six'"),
        ("dark", lambda hdus: hdus[0].header.set("TMP_SENS", "warm"), "its TMP_SENS is 'warm'"),
    ],
)
def test_a_master_that_no_reduction_makes_is_corrupt_whatever_its_digest(
    bench: Bench,
    good: tuple[ReductionJob, ReductionResult],
    tmp_path: Path,
    kind: str,
    damage: Callable[[fits.HDUList], None],
    wrong: str,
) -> None:
    job, _ = good
    path = tmp_path / "master.fits"
    with fits.open(job.dark_path if kind == "dark" else job.flat_path, memmap=False) as hdus:
        damage(hdus)
        hdus.writeto(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    result = bench.run(msgspec.structs.replace(job, **{f"{kind}_path": path, f"{kind}_sha256": digest}))
    assert condition(result) == "CalibrationCorrupt"
    assert result.failure is not None
    assert wrong in result.failure.message


@pytest.mark.parametrize("data_type", ["DARK", "FLAT"])
def test_a_sequence_that_loses_its_end_after_its_digest_was_found_right_is_named(
    bench: Bench, frames: NDArray[np.uint16], data_type: DataType
) -> None:
    job = bench.job(data_type, 24, frames)
    looked = count(1)

    def timer() -> float:
        if next(looked) == 3:  # the cube was read, and is about to be combined
            os.truncate(job.cube_path, 15_000_000)
        return time.perf_counter()

    result = run_job(job, bench.solver, timer)
    assert condition(result) == "RawCubeCorrupt"
    assert result.failure is not None
    assert f"{job.cube_path} is corrupt (it lost its end while it was read)" in result.failure.message


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

"""Rendered frames as raw cubes, masters in an archive, a solver, and the jobs that reduce them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adapters.astrometry_net import AstrometryNet
from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.render import render_chip
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.events.system import LogCheckpoint
from tomoe_es.reduction.job import ArchivedProduct, ReductionJob, ReductionResult
from tomoe_es.reduction.pipeline import run_job
from tomoe_es.transfer.exposure_facts import DataType, ExposureFacts, WeatherFacts
from tomoe_es.transfer.raw_cube_writer import write_raw_cube

CHIP, TRUE_RA_DEG, TRUE_DEC_DEG = 101, 30.8, -3.9

START_US = 1_780_000_000_000_000
CHECKPOINT = LogCheckpoint(1_028_713, "GSkcT7bvBnd9B/vOwjgRTgPEU5Salowo2Y8a5nsFFlo=")


@dataclass(frozen=True)
class Bench:
    """A folder with a raw cube's frames, masters and a solver, and what every job of it has in common."""

    folder: Path
    solver: AstrometryNet
    dark: ArchivedProduct | None = None
    flat: ArchivedProduct | None = None

    def job(
        self, data_type: DataType, number: int, frames: NDArray[np.uint16], **header: Any
    ) -> ReductionJob:
        """Write a raw cube, with changes to what its header says, and the job that reduces it."""
        known: dict[str, Any] = {
            "exposure_number": number,
            "det_id": CHIP,
            "object_name": "a field",
            "data_type": data_type,
            "project": "test",
            "observer": "Kiso",
            "recipe_id": "3f2b8c1e-0000-5000-8000-000000000000",
            "ra_deg": TRUE_RA_DEG + 20 / 3600,
            "dec_deg": TRUE_DEC_DEG - 20 / 3600,
            "altitude_deg": 60.0,
            "azimuth_deg": 170.0,
            "dome_azimuth_deg": 171.0,
            "focus_mm": 28.13,
            "gain": "high",
            "exposure_seconds": 0.5,
            "nframe": len(frames),
            "start_us": START_US,
            "sensor_temperature_k": 277.0,
            "weather": WeatherFacts(),
            "pipeline": ("wcs", "stack"),
            "event_positions": {"ExposureRequested": 7},
            "code_version": "0.1.0",
        }
        facts = ExposureFacts(**(known | header))
        cube = write_raw_cube(self.folder / f"{data_type}{number}.fits", frames, facts)
        return ReductionJob(
            job_id="job",
            frame_id=str(facts.frame_id),
            exposure_number=number,
            det_id=CHIP,
            data_type=data_type,
            cube_path=cube.path,
            cube_blake3=cube.blake3,
            dark_path=self.folder / "archive" / self.dark.path if self.dark else None,
            dark_sha256=self.dark.sha256 if self.dark else None,
            flat_path=self.folder / "archive" / self.flat.path if self.flat else None,
            flat_sha256=self.flat.sha256 if self.flat else None,
            steps=("wcs", "stack") if data_type == "OBJECT" else (),
            ra_deg=TRUE_RA_DEG + 20 / 3600,
            dec_deg=TRUE_DEC_DEG - 20 / 3600,
            start_us=START_US,
            code_version="0.1.0",
            event_positions={"ExposureRequested": 7, "ChipCubeBuffered": 12},
            checkpoint=CHECKPOINT,
            archive=self.folder / "archive",
        )

    def run(self, job: ReductionJob) -> ReductionResult:
        """Do a job with the real solver."""
        return run_job(job, self.solver, time.perf_counter)


def render(
    data_type: Literal["OBJECT", "DARK", "FLAT"],
    number: int,
    nframe: int,
    transparency: float = 1.0,
    movers: tuple[MovingObject, ...] = (),
) -> NDArray[np.uint16]:
    frames = np.empty((nframe, 1200, 2160), np.uint16)
    render_chip(render_request(data_type, number, nframe, transparency, movers), frames)
    return frames


def render_request(
    data_type: Literal["OBJECT", "DARK", "FLAT"],
    number: int,
    nframe: int,
    transparency: float = 1.0,
    movers: tuple[MovingObject, ...] = (),
) -> RenderRequest:
    return RenderRequest(
        seed=1,
        exposure_number=number,
        det_id=CHIP,
        data_type=data_type,
        nframe=nframe,
        exposure_seconds=0.5,
        start_time_us=START_US,
        transparency=(transparency,) * nframe,
        true_ra_deg=TRUE_RA_DEG,
        true_dec_deg=TRUE_DEC_DEG,
        movers=movers,
    )


def stack_path(bench: Bench, result: ReductionResult) -> Path:
    assert result.rejected == ()
    return bench.folder / "archive" / result.products[0].path

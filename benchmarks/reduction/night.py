"""One rendered chip: its raw cube on the RAM disk, its master dark and flat, and the job that reduces it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.astrometry_net import AstrometryNet, installed_solver
from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from adapters.star_indexes import MOTIONS, SkyIndexes, sky_cell
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.reduction.job import ReductionJob
from tomoe_es.reduction.pipeline import run_job
from tomoe_es.transfer.exposure_facts import DataType, ExposureFacts, WeatherFacts
from tomoe_es.transfer.raw_cube_writer import write_raw_cube

DET_ID, RA_DEG, DEC_DEG = 101, 30.8, -3.9
NFRAME, SECONDS = 18, 0.5
START_US = 1_780_000_000_000_000


@dataclass(frozen=True)
class Night:
    """What a chip of one exposure needs."""

    job: ReductionJob
    solver: AstrometryNet


def make_night(folder: Path) -> Night:
    """Render dark, flat and a field of the sky into a folder, and reduce the first two."""
    give_catalogue_motions(folder / MOTIONS)
    cell = sky_cell(*chip_centre(DET_ID, RA_DEG, DEC_DEG))
    solver = installed_solver(SkyIndexes.at(folder, START_US).built(cell))
    job = _job(folder, "DARK", 1)
    for number, data_type in enumerate(("FLAT", "OBJECT"), start=2):
        result = run_job(job, solver, lambda: 0.0)
        if not result.products:
            raise RuntimeError(f"no master {job.data_type}: {result.failure or result.rejected}")
        path, sha256 = job.archive / result.products[0].path, result.products[0].sha256
        known = {"dark_path": job.dark_path or path, "dark_sha256": job.dark_sha256 or sha256}
        flat = {"flat_path": path, "flat_sha256": sha256} if data_type == "OBJECT" else {}
        job.cube_path.unlink()
        job = msgspec.structs.replace(_job(folder, data_type, number), **known, **flat)  # type: ignore[arg-type]
    return Night(job, solver)


def _job(folder: Path, data_type: DataType, number: int) -> ReductionJob:
    facts = ExposureFacts(
        exposure_number=number,
        det_id=DET_ID,
        object_name="a field",
        data_type=data_type,
        project="benchmark",
        observer="Kiso",
        recipe_id="3f2b8c1e-0000-5000-8000-000000000000",
        ra_deg=RA_DEG,
        dec_deg=DEC_DEG,
        altitude_deg=60.0,
        azimuth_deg=170.0,
        dome_azimuth_deg=171.0,
        focus_mm=28.13,
        gain="high",
        exposure_seconds=SECONDS,
        nframe=NFRAME,
        start_us=START_US,
        sensor_temperature_k=277.0,
        weather=WeatherFacts(),
        pipeline=("wcs", "stack"),
        event_positions={"ExposureRequested": 7},
        code_version="benchmark",
    )
    cube = write_raw_cube(folder / f"{data_type}.fits", _rendered(data_type, number), facts)
    return ReductionJob(
        job_id="benchmark",
        frame_id=str(facts.frame_id),
        exposure_number=number,
        det_id=DET_ID,
        data_type=data_type,
        cube_path=cube.path,
        cube_blake3=cube.blake3,
        steps=("wcs", "stack") if data_type == "OBJECT" else (),
        ra_deg=RA_DEG,
        dec_deg=DEC_DEG,
        start_us=START_US,
        code_version="benchmark",
        event_positions={"ExposureRequested": 7},
        archive=folder / "archive",
    )


def _rendered(data_type: DataType, number: int) -> NDArray[np.uint16]:
    renderer = ChipRenderer(
        RenderRequest(
            seed=1,
            exposure_number=number,
            det_id=DET_ID,
            data_type=data_type,
            nframe=NFRAME,
            exposure_seconds=SECONDS,
            start_time_us=START_US,
            transparency=(1.0,) * NFRAME,
            true_ra_deg=RA_DEG,
            true_dec_deg=DEC_DEG,
        )
    )
    frames = np.empty((NFRAME, *ORIGINAL_SHAPE), np.uint16)
    for frame, out in enumerate(frames):
        renderer.write_frame(frame, out)
    return frames

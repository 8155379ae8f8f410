"""A planned chip through the simulated camera into a raw cube, and through the pipeline into its products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.engines.reduction_jobs import reduce_in_worker
from adapters.simulator.sky.render import ChipRenderer, ChipTruth
from adapters.simulator.sky.request import RenderRequest
from benchmarks.science.plan import EXPOSURE_SECONDS, NFRAME, START_US, ChipPlan
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.reduction.job import ProductKind, ReductionJob, ReductionResult, Step
from tomoe_es.transfer.exposure_facts import DataType, ExposureFacts, WeatherFacts
from tomoe_es.transfer.raw_cube_writer import write_raw_cube

CALIBRATION_FRAMES = {"DARK": 72, "FLAT": 120}
"""A real dark has 360 frames and a real flat 180; these add 2 % of noise to a star's, and cost less."""
FLAT_E_PER_SECOND = 8000.0
CALIBRATION_EXPOSURES = {"DARK": 1, "FLAT": 2}
STEPS: tuple[Step, ...] = ("wcs", "stack", "neo")

Frames = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Folders:
    """`work` on the RAM disk holds cubes and products, `kept` on the disk what a later run can use."""

    work: Path
    kept: Path

    @property
    def star_indexes(self) -> Path:
        """Indexes for the solver, by the part of the sky: the same for every seed and code."""
        return self.kept.parent / "star-indexes"


@dataclass(frozen=True, slots=True)
class Departure:
    """How a chip departs from what is normal.

    `render`, `facts` and `job` are fields of RenderRequest, ExposureFacts (what the header says) and
    ReductionJob (what the log says) that are other than usual; `spoil` changes the counts of the rendered
    cube (nframe, 1200, 2160) in place.
    """

    render: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[Frames, RenderRequest], None] | None = None


@dataclass(frozen=True, slots=True)
class Reduced:
    """What the pipeline made of a chip, and what was true for it. Products are below `job.archive`."""

    plan: ChipPlan
    job: ReductionJob
    result: ReductionResult
    truth: ChipTruth

    def product(self, kind: ProductKind) -> Path | None:
        """The archived file of a kind; None when there is none."""
        return next(
            (self.job.archive / each.path for each in self.result.products if each.kind == kind), None
        )


def image_and_reduce(
    seed: int,
    plan: ChipPlan,
    folders: Folders,
    *,
    data_type: DataType = "OBJECT",
    steps: tuple[Step, ...] = STEPS,
    frames: int = NFRAME,
    departure: Departure | None = None,
) -> Reduced:
    """Expose a planned chip, write its raw cube to `folders.work`, reduce it, and delete the cube."""
    departure = departure or Departure()
    exposure = plan.exposure_number if data_type == "OBJECT" else CALIBRATION_EXPOSURES[data_type]
    request = RenderRequest(
        **{
            "seed": seed,
            "exposure_number": exposure,
            "det_id": plan.det_id,
            "data_type": data_type,
            "nframe": frames,
            "exposure_seconds": EXPOSURE_SECONDS,
            "start_time_us": plan.start_us,
            "transparency": (1.0,) * frames,
            "true_ra_deg": plan.ra_deg,
            "true_dec_deg": plan.dec_deg,
            "seeing_fwhm_arcsec": plan.seeing_arcsec,
            "movers": (*plan.movers, *plan.crossing),
            "flat_e_per_second": FLAT_E_PER_SECOND,
            **departure.render,
        }
    )
    counts = np.empty((frames, *ORIGINAL_SHAPE), np.uint16)
    renderer = ChipRenderer(request)
    for number, out in enumerate(counts):
        renderer.write_frame(number, out)
    if departure.spoil is not None:
        departure.spoil(counts, request)
    usual = _facts(plan, request, steps)
    facts = msgspec.structs.replace(usual, **departure.facts)
    cube = write_raw_cube(folders.work / f"{usual.frame_id}.fits", counts, facts)
    job = ReductionJob(
        job_id=str(usual.frame_id),
        frame_id=str(usual.frame_id),
        exposure_number=exposure,
        det_id=plan.det_id,
        data_type=data_type,
        cube_path=cube.path,
        cube_blake3=cube.blake3,
        steps=steps if data_type == "OBJECT" else (),
        ra_deg=plan.stated[0],
        dec_deg=plan.stated[1],
        start_us=plan.start_us,
        code_version="science",
        event_positions={"ExposureRequested": exposure},
        archive=folders.work / "archive" if data_type == "OBJECT" else folders.kept / "masters",
        **_calibration(seed, plan, folders, data_type),
    )
    job = msgspec.structs.replace(job, **departure.job)
    try:
        result = reduce_in_worker(job, folders.star_indexes)
    finally:
        cube.path.unlink()
    return Reduced(plan, job, result, renderer.truth())


def _calibration(seed: int, plan: ChipPlan, folders: Folders, data_type: DataType) -> dict[str, Any]:
    """The masters that data of a type needs, as fields of its job."""
    needed: tuple[DataType, ...] = {"DARK": (), "FLAT": ("DARK",), "OBJECT": ("DARK", "FLAT")}[data_type]  # type: ignore[assignment]
    found: dict[str, Any] = {}
    for kind in needed:
        path, sha256 = master(seed, plan.det_id, folders, kind)
        found |= {f"{kind.lower()}_path": path, f"{kind.lower()}_sha256": sha256}
    return found


@lru_cache
def master(seed: int, det_id: int, folders: Folders, kind: DataType) -> tuple[Path, str]:
    """Path and digest of the master of a chip, made when first needed, in this run or one before."""
    known = folders.kept / f"master-{kind}-{det_id}.json"
    if not known.exists():
        plan = ChipPlan(0, det_id, START_US, 0.0, 0.0, (0.0, 0.0), 90.0, 3.5, (), ())
        made = image_and_reduce(seed, plan, folders, data_type=kind, frames=CALIBRATION_FRAMES[kind])
        if not made.result.products:
            raise RuntimeError(
                f"no master {kind} of chip {det_id}: {made.result.failure or made.result.rejected}"
            )
        [product] = made.result.products
        known.write_bytes(msgspec.json.encode((str(made.job.archive / product.path), product.sha256)))
    path, sha256 = msgspec.json.decode(known.read_bytes(), type=tuple[str, str])
    return Path(path), sha256


def _facts(plan: ChipPlan, request: RenderRequest, steps: tuple[Step, ...]) -> ExposureFacts:
    return ExposureFacts(
        exposure_number=request.exposure_number,
        det_id=request.det_id,
        object_name=f"chip {plan.number}",
        data_type=request.data_type,
        project="science",
        observer="Kiso Observatory",
        recipe_id="3f2b8c1e-0000-5000-8000-000000000000",
        ra_deg=plan.stated[0],
        dec_deg=plan.stated[1],
        altitude_deg=60.0,
        azimuth_deg=170.0,
        dome_azimuth_deg=171.0,
        focus_mm=28.13,
        gain="high",
        exposure_seconds=EXPOSURE_SECONDS,
        nframe=request.nframe,
        start_us=plan.start_us,
        sensor_temperature_k=request.sensor_temperature_k,
        weather=WeatherFacts(),
        pipeline=steps,
        event_positions={"ExposureRequested": request.exposure_number},
        code_version="science",
    )

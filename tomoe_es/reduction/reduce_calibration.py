"""From the raw cube of a dark or flat to the master in the archive."""

from __future__ import annotations

import numpy as np

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.consistency import names_the_same_field, time_departure_seconds
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.inputs import read_cube, read_dark
from tomoe_es.reduction.job import ArchivedProduct, ProductKind, ReductionJob, ReductionResult
from tomoe_es.reduction.product import archive_product, calibration_planes, image_product, product_header
from tomoe_es.reduction.quality import (
    Verdict,
    expected_noise_counts,
    judge_coordinates,
    judge_counts,
    judge_dark_counts,
    judge_flat_light,
    judge_noise,
    judge_time,
)
from tomoe_es.reduction.stopwatch import Stopwatch
from tomoe_es.transfer.cube_file import RawCube
from tomoe_es.transfer.header import Cards


def make_master(job: ReductionJob, stopwatch: Stopwatch) -> ReductionResult:
    """Make and archive the master dark or flat of one chip. Raises the named conditions of the reduction."""
    with stopwatch.stage("read"):
        cube = read_cube(job)
        dark = read_dark(job) if job.data_type == "FLAT" else None
    with stopwatch.stage("combine"):
        master, verdicts = _flat(cube, dark) if dark is not None else _dark(cube)
    verdicts = (judge_time(time_departure_seconds(cube.header, job)), *verdicts)
    if not names_the_same_field(cube.header, job):
        verdicts = (*verdicts, judge_coordinates(None))
    reasons = tuple(f"{verdict.check}: {verdict.reason}" for verdict in verdicts if not verdict.passed)
    kind: ProductKind = "FLAT" if job.data_type == "FLAT" else "DARK"
    products: tuple[ArchivedProduct, ...] = ()
    if not reasons:
        with stopwatch.stage("write"):
            cards: Cards = [
                ("NCOMBINE", master.frames, "frames combined"),
                ("NBAD", int(np.count_nonzero(master.bad)), "bad pixels"),
            ]
            header = product_header(job, kind, cube.header, cards, verdicts)
            parts = image_product(job, header, master.image, None, calibration_planes(master))
            products = (archive_product(job, kind, parts),)
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        verdicts=verdicts,
        products=products,
        rejected_kinds=(kind,) if reasons else (),
        rejected=reasons,
        stage_seconds=stopwatch.seconds,
    )


def _dark(cube: RawCube) -> tuple[CalibrationFrame, tuple[Verdict, ...]]:
    master = master_dark(cube)
    gain = GAIN_ELECTRONS_PER_COUNT[cube.header["GAINNAME"]]
    counts = judge_dark_counts(float(np.median(master.image)))
    return master, (counts, judge_noise(float(np.median(master.noise)), expected_noise_counts(0.0, gain)))


def _flat(cube: RawCube, dark: CalibrationFrame) -> tuple[CalibrationFrame, tuple[Verdict, ...]]:
    master, levels = master_flat(cube, dark)
    gain = GAIN_ELECTRONS_PER_COUNT[cube.header["GAINNAME"]]
    faintest, brightest = float(levels.min()), float(levels.max())
    relative_noise = expected_noise_counts(faintest, gain) / max(faintest, 1.0)
    return master, (
        judge_counts(brightest, gain),
        judge_flat_light(faintest, gain),
        judge_noise(float(np.median(master.noise)), relative_noise, "relative"),
    )

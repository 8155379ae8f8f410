"""From the raw cube of a dark or flat to the master in the archive."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.checks import Measurements, expected_noise_counts, judge
from tomoe_es.reduction.consistency import names_the_same_field, time_departure_seconds
from tomoe_es.reduction.dark import master_dark
from tomoe_es.reduction.flat import master_flat
from tomoe_es.reduction.inputs import opened_cube, read_dark
from tomoe_es.reduction.job import ArchivedProduct, ProductKind, ReductionJob, ReductionResult
from tomoe_es.reduction.mask import BAD_COLUMN, HOT
from tomoe_es.reduction.product import archive_product, calibration_planes, image_product, product_header
from tomoe_es.reduction.stopwatch import Stopwatch
from tomoe_es.reduction.stored_cube import CubeOnDisk
from tomoe_es.transfer.header import Cards


def make_master(job: ReductionJob, stopwatch: Stopwatch) -> ReductionResult:
    """Make and archive the master dark or flat of one chip. Raises the named conditions of the reduction."""
    with ExitStack() as while_it_is_open:
        with stopwatch.stage("read"):
            cube = while_it_is_open.enter_context(opened_cube(job))
            dark = read_dark(job) if job.data_type == "FLAT" else None
        with stopwatch.stage("combine"):
            master, measured, rejected = _flat(job, cube, dark) if dark is not None else _dark(job, cube)
    verdicts = judge(measured)
    reasons = tuple(f"{verdict.check}: {verdict.reason}" for verdict in verdicts if not verdict.passed)
    kind: ProductKind = "FLAT" if job.data_type == "FLAT" else "DARK"
    products: tuple[ArchivedProduct, ...] = ()
    if not reasons:
        with stopwatch.stage("write"):
            cards: Cards = [
                ("NCOMBINE", master.frames, "frames combined"),
                ("REJECTED", rejected, "part of all values left out, 3 sigma off"),
                ("NHOT", int(np.count_nonzero(master.mask & HOT)), "hot or noisy pixels"),
                ("NBADCOL", int((master.mask & BAD_COLUMN).any(axis=0).sum()), "bad columns"),
                ("NBAD", int(np.count_nonzero(master.bad)), "bad pixels, columns included"),
            ]
            header = product_header(job, kind, cube.file.header, cards, verdicts)
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


def _dark(job: ReductionJob, cube: CubeOnDisk) -> tuple[CalibrationFrame, Measurements, float]:
    gain = GAIN_ELECTRONS_PER_COUNT[cube.file.header["GAINNAME"]]
    master, combined = master_dark(cube, gain, cube.file.header.get("TMP_SENS"))
    measured = Measurements(
        data_type="DARK",
        gain_e_per_count=gain,
        time_departure_seconds=time_departure_seconds(cube.file.header, job),
        same_field=names_the_same_field(cube.file.header, job),
        level_counts=float(np.median(master.image)),
        noise=float(np.median(master.noise)),
        expected_noise=expected_noise_counts(0.0, gain),
        lost_fraction=combined.lost_fraction,
        bad_fraction=float(master.bad.mean()),
    )
    return master, measured, combined.rejected_fraction


def _flat(
    job: ReductionJob, cube: CubeOnDisk, dark: CalibrationFrame
) -> tuple[CalibrationFrame, Measurements, float]:
    gain = GAIN_ELECTRONS_PER_COUNT[cube.file.header["GAINNAME"]]
    master, combined, levels = master_flat(cube, dark, gain, cube.file.header.get("TMP_SENS"))
    faintest = float(levels.min())
    measured = Measurements(
        data_type="FLAT",
        gain_e_per_count=gain,
        time_departure_seconds=time_departure_seconds(cube.file.header, job),
        same_field=names_the_same_field(cube.file.header, job),
        level_counts=float(levels.max()),
        faintest_counts=faintest,
        noise=float(np.median(master.noise)),
        expected_noise=expected_noise_counts(faintest, gain) / max(faintest, 1.0),
        lost_fraction=combined.lost_fraction,
        bad_fraction=float(master.bad.mean()),
    )
    return master, measured, combined.rejected_fraction

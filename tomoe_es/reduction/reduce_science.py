"""From the raw cube of a science exposure to the products in the archive."""

from __future__ import annotations

from collections.abc import Iterator

from astropy.io import fits

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT
from tomoe_es.reduction.astrometry import AstrometricSolver, Solution, solve_chip
from tomoe_es.reduction.calibrate import CalibratedCube, calibrate
from tomoe_es.reduction.conditions import AstrometryFailed
from tomoe_es.reduction.consistency import names_the_same_field, time_departure_seconds
from tomoe_es.reduction.inputs import read_cube, read_dark, read_flat
from tomoe_es.reduction.job import (
    ArchivedProduct,
    AstrometryResult,
    Failure,
    PhotometryResult,
    ProductKind,
    ReductionJob,
    ReductionResult,
    Step,
)
from tomoe_es.reduction.moving_objects.archiving import archive_moving_objects, timing_of
from tomoe_es.reduction.moving_objects.difference import FEWEST_FRAMES
from tomoe_es.reduction.moving_objects.step import MovingObjects, find_moving_objects
from tomoe_es.reduction.moving_objects.telling import moving_objects_result
from tomoe_es.reduction.photometry import Photometry, measure
from tomoe_es.reduction.product import archive_product, image_product, product_header, source_table
from tomoe_es.reduction.quality import (
    Verdict,
    expected_noise_counts,
    judge_astrometry,
    judge_coordinates,
    judge_counts,
    judge_noise,
    judge_time,
)
from tomoe_es.reduction.stack import DROPPED_FRAMES, Stack, stack
from tomoe_es.reduction.stack_header import describe_stack
from tomoe_es.reduction.stopwatch import Stopwatch
from tomoe_es.transfer.header import Cards


def reduce_chip(job: ReductionJob, solver: AstrometricSolver, stopwatch: Stopwatch) -> ReductionResult:
    """Reduce one chip, judge it, and archive its products if it passes. Raises the named conditions."""
    with stopwatch.stage("read"):
        cube = read_cube(job)
        dark, flat, raw = read_dark(job), read_flat(job), cube.header
    gain = GAIN_ELECTRONS_PER_COUNT[raw["GAINNAME"]]
    with stopwatch.stage("calibrate"):
        calibrated = calibrate(cube, dark, flat, gain)
    with stopwatch.stage("stack"):
        stacked = stack(calibrated.frames)
    with stopwatch.stage("photometry"):
        measured = measure(stacked.image, calibrated.bad, calibrated.saturated, gain * stacked.frames_used)
    solution, failure = None, None
    if "wcs" in job.steps:
        with stopwatch.stage("astrometry"):
            solution, failure = _solve(job, measured, solver)
    verdicts = _judge(job, raw, stacked, measured, solution, failure, gain)
    reasons = tuple(f"{verdict.check}: {verdict.reason}" for verdict in verdicts if not verdict.passed)
    moving: MovingObjects | None = None
    not_done: tuple[str, ...] = ()
    if "neo" in job.steps and len(calibrated.frames) < FEWEST_FRAMES:
        not_done = (f"neo: {len(calibrated.frames)} frames, a search needs {FEWEST_FRAMES}",)
    elif "neo" in job.steps and not reasons:
        with stopwatch.stage("neo"):
            wcs = solution.wcs if solution is not None else None
            moving = find_moving_objects(calibrated, measured, job.frame_id, timing_of(job, raw), wcs, gain)
    if "cube" not in job.steps:
        calibrated = calibrated.without_frames()
    products: tuple[ArchivedProduct, ...] = ()
    if not reasons:
        with stopwatch.stage("write"):
            products = tuple(
                archive_product(job, kind, parts)
                for kind, parts in _products(job, raw, calibrated, stacked, measured, solution, verdicts)
            )
            if moving is not None and solution is not None:
                products += archive_moving_objects(job, raw, moving, solution.rms_arcsec, verdicts)
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        astrometry=_astrometry_result(solution),
        astrometry_failure=failure,
        photometry=PhotometryResult(
            sources=len(measured.sources),
            sky_counts=measured.sky_counts,
            noise_counts=measured.noise_counts,
            temporal_noise_counts=stacked.noise_counts,
            saturated_fraction=calibrated.saturated_fraction,
            fwhm_arcsec=measured.fwhm_arcsec,
        ),
        moving_objects=moving_objects_result(moving) if moving is not None else None,
        verdicts=verdicts,
        products=products,
        rejected_kinds=_kinds(job) if reasons else (),
        rejected=reasons,
        steps_not_done=not_done,
        stage_seconds=stopwatch.seconds,
    )


def _solve(
    job: ReductionJob, measured: Photometry, solver: AstrometricSolver
) -> tuple[Solution | None, Failure | None]:
    try:
        return solve_chip(measured.xy, job.det_id, (job.ra_deg, job.dec_deg), solver), None
    except AstrometryFailed as error:
        return None, Failure(error.condition, str(error))


def _judge(
    job: ReductionJob,
    raw: fits.Header,
    stacked: Stack,
    measured: Photometry,
    solution: Solution | None,
    failure: Failure | None,
    gain_e_per_count: float,
) -> tuple[Verdict, ...]:
    expected = expected_noise_counts(measured.sky_counts, gain_e_per_count)
    verdicts = [
        judge_counts(measured.sky_counts, gain_e_per_count),
        judge_noise(stacked.worst_band_noise_counts, expected),
        judge_time(time_departure_seconds(raw, job)),
    ]
    if not names_the_same_field(raw, job):
        verdicts.append(judge_coordinates(None))
    elif solution is not None:
        verdicts.append(judge_coordinates(solution.offset_arcsec))
    if "wcs" in job.steps:
        stars = solution.stars if solution is not None else 0
        verdicts.append(judge_astrometry(stars, failure.message if failure is not None else None))
    return tuple(verdicts)


def _products(
    job: ReductionJob,
    raw: fits.Header,
    calibrated: CalibratedCube,
    stacked: Stack,
    measured: Photometry,
    solution: Solution | None,
    verdicts: tuple[Verdict, ...],
) -> Iterator[tuple[ProductKind, list[bytes | memoryview]]]:
    wcs = solution.wcs if solution is not None else None
    cards = _cards(stacked, measured, solution)
    for kind in _kinds(job):
        header = product_header(job, kind, raw, cards, verdicts)
        if kind == "CUBE":
            # Nobody uses the frames after this: they get the file's byte order in place, a copy is 162 MB.
            frames = calibrated.frames.byteswap(inplace=True).view(">f4")
            yield kind, image_product(job, header, frames, wcs, [])
        else:
            describe_stack(header, stacked.frames_used)
            yield kind, image_product(job, header, stacked.image, wcs, [source_table(measured.sources, wcs)])


def _kinds(job: ReductionJob) -> tuple[ProductKind, ...]:
    kinds: dict[Step, ProductKind] = {"stack": "STACK", "cube": "CUBE"}
    return tuple(kind for step, kind in kinds.items() if step in job.steps)


def _cards(stacked: Stack, measured: Photometry, solution: Solution | None) -> Cards:
    cards: Cards = [
        ("NSTACK", stacked.frames_used, "frames in the stack"),
        ("NDROPPED", DROPPED_FRAMES, "first frames left out of the stack"),
        ("NSOURCE", len(measured.sources), "sources found"),
        ("SKYLEVEL", measured.sky_counts, "[count] sky"),
        ("SKYNOISE", measured.noise_counts, "[count] noise of a pixel of the stack"),
        ("TMPNOISE", stacked.noise_counts, "[count] noise of a pixel of one frame"),
        ("FWHM", measured.fwhm_arcsec, "[arcsec] median of stars"),
    ]
    if solution is not None:
        cards += [
            ("ASTRSTAR", solution.stars, "stars of the astrometric fit"),
            ("ASTRRMS", solution.rms_arcsec, "[arcsec] residuals of the fit"),
            ("ASTRODDS", solution.log_odds, "log odds of the solution"),
            ("ASTROFF", solution.offset_arcsec, "[arcsec] from the pointing"),
        ]
    return cards


def _astrometry_result(solution: Solution | None) -> AstrometryResult | None:
    if solution is None:
        return None
    return AstrometryResult(
        ra_deg=solution.ra_deg,
        dec_deg=solution.dec_deg,
        offset_arcsec=solution.offset_arcsec,
        rms_arcsec=solution.rms_arcsec,
        stars=solution.stars,
        log_odds=solution.log_odds,
        pixel_scale_arcsec=solution.pixel_scale_arcsec,
        rotation_deg=solution.rotation_deg,
    )

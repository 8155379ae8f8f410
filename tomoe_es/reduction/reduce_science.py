"""From the raw cube of a science exposure to the products in the archive."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.field_mapping import distorted_wcs
from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT
from tomoe_es.camera.refraction import USUAL_TEMPERATURE_C, Air
from tomoe_es.reduction.astrometric_solver import AstrometricSolver
from tomoe_es.reduction.astrometry import Solution, solve_chip
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.checks import Measurements, Verdict, expected_noise_counts, judge
from tomoe_es.reduction.compressed_image import compressed_frames, compressed_image
from tomoe_es.reduction.conditions import AstrometryFailed
from tomoe_es.reduction.consistency import names_the_same_field, time_departure_seconds
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_SEARCH
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
from tomoe_es.reduction.moving_objects.step import MovingObjects, find_moving_objects
from tomoe_es.reduction.moving_objects.telling import moving_objects_result
from tomoe_es.reduction.photometry import Photometry, measure
from tomoe_es.reduction.product import (
    archive_product,
    compressed_product,
    mask_plane,
    product_header,
    stack_planes,
)
from tomoe_es.reduction.sky_unevenness import sky_unevenness
from tomoe_es.reduction.source_table import source_table
from tomoe_es.reduction.stack import Stack, stack
from tomoe_es.reduction.stack_header import describe_stack, measured_cards
from tomoe_es.reduction.stopwatch import Stopwatch
from tomoe_es.reduction.unseen_sky import no_sky_is_seen
from tomoe_es.reduction.variance import frame_variance
from tomoe_es.reduction.zero_point import (
    ZeroPoint,
    extinction_mag,
    limiting_magnitude,
    magnitude_of_one_count,
    zero_point,
)

FEWEST_STARS_TO_TELL_CLOUDS: Final = 2
"""One star alone may be variable, or a blend."""


@dataclass(frozen=True, slots=True)
class ReducedChip:
    """What was made of one chip, before it is judged. Gain in electrons a count of one frame."""

    raw: fits.Header
    gain_e_per_count: float
    dark: CalibrationFrame
    flat: CalibrationFrame
    stacked: Stack
    measured: Photometry
    solution: Solution | None
    astrometry_failure: AstrometryFailed | None
    zero: ZeroPoint | None


def reduce_chip(job: ReductionJob, solver: AstrometricSolver, stopwatch: Stopwatch) -> ReductionResult:
    """Reduce one chip, judge it, and archive its products if it passes. Raises the named conditions."""
    chip = _reduced(job, solver, stopwatch)
    verdicts = judge(_measurements(job, chip))
    reasons = tuple(f"{verdict.check}: {verdict.reason}" for verdict in verdicts if not verdict.passed)
    short = _too_short_to_search(job, chip)
    moving = _moving_objects(job, chip, stopwatch) if "neo" in job.steps and not (reasons or short) else None
    products: tuple[ArchivedProduct, ...] = ()
    if not reasons:
        for kind in _kinds(job):
            with stopwatch.stage(f"write {kind}"):
                products += (archive_product(job, kind, _product(job, kind, chip, verdicts)),)
        if moving is not None and chip.solution is not None:
            with stopwatch.stage("write NEO"):
                products += archive_moving_objects(job, chip.raw, moving, chip.solution.rms_arcsec, verdicts)
    failure = chip.astrometry_failure
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        astrometry=_astrometry_result(chip.solution),
        astrometry_failure=Failure(failure.condition, str(failure)) if failure is not None else None,
        catalogue_stars=failure.catalogue_stars if failure is not None else None,
        photometry=_photometry_result(chip),
        moving_objects=moving_objects_result(moving) if moving is not None else None,
        verdicts=verdicts,
        products=products,
        rejected_kinds=_kinds(job) if reasons else (),
        rejected=reasons,
        steps_not_done=(short,) if short else (),
        stage_seconds=stopwatch.seconds,
    )


def _reduced(job: ReductionJob, solver: AstrometricSolver, stopwatch: Stopwatch) -> ReducedChip:
    with stopwatch.stage("read"):
        cube = read_cube(job)
        dark, flat, raw = read_dark(job), read_flat(job), cube.header
    gain = GAIN_ELECTRONS_PER_COUNT[raw["GAINNAME"]]
    with stopwatch.stage("stack"):
        stacked = stack(
            cube.stored,
            dark,
            flat,
            gain,
            clip="clip" in job.steps,
            over_time="neo" in job.steps and len(cube.stored) >= FEWEST_FRAMES_TO_SEARCH,
            levels=cube.levels,
        )
    with stopwatch.stage("photometry"):
        measured = measure(stacked.image, stacked.mask, gain * stacked.frames_used)
    solution, failure = None, None
    if "wcs" in job.steps:
        with stopwatch.stage("astrometry"):
            solution, failure = _solve(_predicted_wcs(job, raw), stacked, measured, solver)
    zero = _zero_point(measured, solution) if solution is not None else None
    return ReducedChip(raw, gain, dark, flat, stacked, measured, solution, failure, zero)


def _too_short_to_search(job: ReductionJob, chip: ReducedChip) -> str:
    """Why the step `neo` can't be done; empty where it can, or isn't asked for."""
    nframe = chip.stacked.frames.nframe
    if "neo" not in job.steps or nframe >= FEWEST_FRAMES_TO_SEARCH:
        return ""
    return f"neo: {nframe} frames, a search needs {FEWEST_FRAMES_TO_SEARCH}"


def _moving_objects(job: ReductionJob, chip: ReducedChip, stopwatch: Stopwatch) -> MovingObjects:
    """What moves in the calibrated frames."""
    gain, timing = chip.gain_e_per_count, timing_of(job, chip.raw)
    with stopwatch.stage("neo"):
        return find_moving_objects(
            chip.stacked,
            frame_variance(chip.stacked.image, chip.dark, chip.flat, gain),
            chip.measured,
            job.frame_id,
            timing,
            chip.solution.wcs if chip.solution is not None else None,
            magnitude_of_one_count(chip.zero, chip.measured, gain, timing.exposure_seconds),
            chip.zero.error_mag if chip.zero is not None else None,
        )


def _predicted_wcs(job: ReductionJob, raw: fits.Header) -> WCS:
    """Where the sky falls on the chip if the telescope points where the mount says."""
    air = Air(temperature_c=float(raw.get("TMP_OUT", USUAL_TEMPERATURE_C)))
    return distorted_wcs(job.det_id, job.ra_deg, job.dec_deg, job.start_us, air=air)


def _solve(
    predicted: WCS, stacked: Stack, measured: Photometry, solver: AstrometricSolver
) -> tuple[Solution | None, AstrometryFailed | None]:
    unseen = no_sky_is_seen(stacked.lost_fraction, stacked.saturated_fraction)
    if unseen:
        return None, AstrometryFailed(unseen)
    try:
        return solve_chip(measured.xy, predicted, solver), None
    except AstrometryFailed as error:
        return None, error


def _zero_point(measured: Photometry, solution: Solution) -> ZeroPoint | None:
    match = solution.match
    magnitude: NDArray[np.float64] = np.full(len(measured.whole), np.nan)
    magnitude[match.source] = match.magnitude
    return zero_point(measured.whole, magnitude)


def _measurements(job: ReductionJob, chip: ReducedChip) -> Measurements:
    raw, stacked, measured, zero = chip.raw, chip.stacked, chip.measured, chip.zero
    same_field = names_the_same_field(raw, job)
    asked = "wcs" in job.steps
    return Measurements(
        data_type=job.data_type,
        gain_e_per_count=chip.gain_e_per_count,
        time_departure_seconds=time_departure_seconds(raw, job),
        same_field=same_field,
        level_counts=measured.sky_counts,
        noise=stacked.worst_band_noise_counts,
        expected_noise=expected_noise_counts(measured.sky_counts, chip.gain_e_per_count),
        lost_fraction=stacked.lost_fraction,
        saturated_fraction=stacked.saturated_fraction,
        # Where lines are lost the sky is as uneven as they make it.
        sky_unevenness=None if stacked.lost_fraction else sky_unevenness(stacked.image, stacked.noise_counts),
        dark_warmer_k=_dark_warmer_k(raw, chip.dark),
        offset_arcsec=chip.solution.offset_arcsec if chip.solution is not None and same_field else None,
        astrometry_stars=(chip.solution.stars if chip.solution is not None else 0) if asked else None,
        astrometry_failure=str(chip.astrometry_failure) if chip.astrometry_failure is not None else None,
        fwhm_arcsec=measured.fwhm_arcsec,
        ellipticity=measured.ellipticity,
        zero_point_scatter_mag=zero.scatter_mag if zero is not None else None,
        extinction_mag=extinction_mag(zero, measured, chip.gain_e_per_count, raw["EXPTIME1"])
        if zero is not None and zero.stars >= FEWEST_STARS_TO_TELL_CLOUDS
        else None,
    )


def _dark_warmer_k(raw: fits.Header, dark: CalibrationFrame) -> float | None:
    """None where the dark has no temperature; NaN where only the cube has none."""
    if dark.temperature_k is None:
        return None
    return dark.temperature_k - float(raw.get("TMP_SENS", math.nan))


def _product(
    job: ReductionJob, kind: ProductKind, chip: ReducedChip, verdicts: tuple[Verdict, ...]
) -> list[bytes | memoryview]:
    stacked, measured = chip.stacked, chip.measured
    wcs = chip.solution.wcs if chip.solution is not None else None
    cards = measured_cards(stacked, measured, chip.solution, _photometry_result(chip))
    header = product_header(job, kind, chip.raw, cards, verdicts)
    if kind == "CUBE":
        cube = compressed_frames(stacked.frames, kind, stacked.noise_counts)
        return compressed_product(job, header, cube, wcs, [mask_plane(stacked.mask)])
    describe_stack(header, stacked.frames_used)
    planes = stack_planes(stacked.mask, stacked.used if "clip" in job.steps else None)
    table = source_table(measured.sources, wcs, chip.zero)
    image = compressed_image(stacked.image, kind, measured.noise_counts)
    return compressed_product(job, header, image, wcs, [table, *planes])


def _kinds(job: ReductionJob) -> tuple[ProductKind, ...]:
    kinds: dict[Step, ProductKind] = {"stack": "STACK", "cube": "CUBE"}
    return tuple(kind for step, kind in kinds.items() if step in job.steps)


def _photometry_result(chip: ReducedChip) -> PhotometryResult:
    stacked, measured, zero = chip.stacked, chip.measured, chip.zero
    gain, frames = chip.gain_e_per_count, stacked.frames_used
    limit = frame_limit = None
    if zero is not None:
        limit = limiting_magnitude(zero, measured, measured.noise_counts, gain * frames)
        frame_limit = limiting_magnitude(zero, measured, stacked.noise_counts, gain)
    return PhotometryResult(
        sources=len(measured.sources),
        sky_counts=measured.sky_counts,
        noise_counts=measured.noise_counts,
        temporal_noise_counts=stacked.noise_counts,
        saturated_fraction=stacked.saturated_fraction,
        fwhm_arcsec=measured.fwhm_arcsec,
        ellipticity=measured.ellipticity,
        zero_point_mag=zero.magnitude if zero is not None else None,
        zero_point_scatter_mag=zero.scatter_mag if zero is not None else None,
        zero_point_error_mag=zero.error_mag if zero is not None else None,
        zero_point_stars=zero.stars if zero is not None else 0,
        limiting_mag=limit,
        frame_limiting_mag=frame_limit,
    )


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
        second_order=solution.second_order,
        proposer=solution.proposer,
        catalogue_digest=solution.catalogue_digest,
    )

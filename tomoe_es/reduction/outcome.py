"""The events that tell the outcome of a reduction job."""

from __future__ import annotations

from tomoe_es.events import Event, reduction
from tomoe_es.reduction.job import ReductionResult
from tomoe_es.reduction.moving_objects.telling import moving_object_events
from tomoe_es.reduction.queue import failure
from tomoe_es.reduction.queue_state import Job

PERMANENT = {
    "CalibrationMissing",
    "CalibrationCorrupt",
    "CubeMissing",
    "DigestMismatch",
    "RawCubeCorrupt",
    "TooFewFrames",
}
"""Conditions that another attempt would meet again."""


def outcome(job: Job, result: ReductionResult) -> list[Event]:
    """Events of one job, in the order in which the steps are done."""
    if result.failure is not None:
        condition = result.failure.condition
        return [failure(job, condition, result.failure.message, permanent=condition in PERMANENT)]
    number, frame_id = job.exposure_number, job.frame_id
    events: list[Event] = []
    if result.astrometry is not None:
        solved = result.astrometry
        events.append(
            reduction.FieldSolved(
                exposure_number=number,
                frame_id=frame_id,
                ra_deg=solved.ra_deg,
                dec_deg=solved.dec_deg,
                stars=solved.stars,
                rms_arcsec=solved.rms_arcsec,
                offset_arcsec=solved.offset_arcsec,
                log_odds=solved.log_odds,
                proposer=solved.proposer,
                second_order=solved.second_order,
                star_list=solved.catalogue_digest,
            )
        )
    if result.astrometry_failure is not None:
        events.append(
            reduction.AstrometryFailed(
                exposure_number=number,
                frame_id=frame_id,
                sources=result.photometry.sources if result.photometry is not None else 0,
                reason=result.astrometry_failure.message,
                catalogue_stars=result.catalogue_stars,
            )
        )
    if result.photometry is not None:
        measured = result.photometry
        events.append(
            reduction.PhotometryMeasured(
                exposure_number=number,
                frame_id=frame_id,
                sources=measured.sources,
                sky_counts=measured.sky_counts,
                noise_counts=measured.noise_counts,
                fwhm_arcsec=measured.fwhm_arcsec,
                ellipticity=measured.ellipticity,
                zero_point_mag=measured.zero_point_mag,
                zero_point_scatter_mag=measured.zero_point_scatter_mag,
                zero_point_stars=measured.zero_point_stars,
                limiting_mag=measured.limiting_mag,
            )
        )
    if result.verdicts:
        events.append(
            reduction.QualityJudged(
                exposure_number=number,
                frame_id=frame_id,
                passed=result.passed,
                verdicts=[
                    reduction.QualityVerdict(
                        check=each.check,
                        value=each.value,
                        limit=each.limit,
                        unit=each.unit,
                        passed=each.passed,
                        reason=each.reason,
                    )
                    for each in result.verdicts
                ],
            )
        )
    if result.moving_objects is not None:
        events += moving_object_events(number, frame_id, result.moving_objects)
    events += [
        reduction.ProductArchived(
            exposure_number=number,
            frame_id=frame_id,
            product_id=product.product_id,
            kind=product.kind,
            path=product.path,
            sha256=product.sha256,
            size_bytes=product.size_bytes,
        )
        for product in result.products
    ]
    failed = [each.check for each in result.verdicts if not each.passed]
    events += [
        reduction.ProductRejected(exposure_number=number, frame_id=frame_id, kind=kind, reasons=list(failed))
        for kind in result.rejected_kinds
    ]
    events.append(
        reduction.ReductionFinished(
            exposure_number=number,
            frame_id=frame_id,
            job_id=job.job_id,
            attempt=job.attempt,
            stage_seconds=result.stage_seconds,
            steps_not_done=list(result.steps_not_done),
        )
    )
    return events

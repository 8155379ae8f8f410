"""How a search is told: as the result of a job, and as events."""

from __future__ import annotations

from tomoe_es.events import Event, reduction
from tomoe_es.reduction.job import MovingObjectsResult
from tomoe_es.reduction.moving_objects.step import MovingObjects


def moving_objects_result(moving: MovingObjects) -> MovingObjectsResult:
    """What travels back from the worker."""
    found = moving.found
    return MovingObjectsResult(
        tracklets=moving.tracklets,
        points=found.points,
        stationary=found.stationary,
        satellite_trails=found.satellites,
        lines=found.lines,
        implausible=found.implausible,
        low_score=found.low_score,
    )


def moving_object_events(exposure_number: int, frame_id: str, result: MovingObjectsResult) -> list[Event]:
    """One event a tracklet, then the counts of the rest."""
    events: list[Event] = [
        reduction.MovingObjectDetected(
            exposure_number=exposure_number,
            frame_id=frame_id,
            tracklet_id=tracklet.tracklet_id,
            kind=tracklet.kind,
            channel=tracklet.channel,
            points=tracklet.points,
            score=tracklet.score,
            signal_to_noise=tracklet.signal_to_noise,
            magnitude=tracklet.magnitude,
            magnitude_error=tracklet.magnitude_error,
            pixels_a_frame=tracklet.pixels_a_frame,
            first_frame=tracklet.first_frame,
            last_frame=tracklet.last_frame,
            sightings=[
                reduction.Sighting(
                    each.time_us,
                    each.x,
                    each.y,
                    each.error_along_pixels,
                    each.error_across_pixels,
                    each.ra_deg,
                    each.dec_deg,
                )
                for each in tracklet.sightings
            ],
            rate_arcsec_per_second=tracklet.rate_arcsec_per_second,
            position_angle_deg=tracklet.position_angle_deg,
        )
        for tracklet in result.tracklets
    ]
    events.append(
        reduction.MovingObjectsSearched(
            exposure_number=exposure_number,
            frame_id=frame_id,
            points=result.points,
            stationary=result.stationary,
            satellite_trails=result.satellite_trails,
            lines=result.lines,
            implausible=result.implausible,
            low_score=result.low_score,
            tracklets=len(result.tracklets),
        )
    )
    return events

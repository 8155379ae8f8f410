"""How far the numbers of a found object are from the truth: position, rate, magnitude."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from replay.truth.expectation import TrueMover
from replay.truth.findings import Findings
from replay.truth.reports import ReportedPlace
from replay.truth.told import ToldChip
from replay.truth.true_way import TrueWay
from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.events.reduction import MovingObjectDetected
from tomoe_es.reduction.magnitude import MAG_OF_E_FOLD

POSITION_TOLERANCE_ARCSEC: Final = 1.0
"""What positions of the archive are good to; besides come 3 times the error that a sighting states."""
POSITION_SIGMAS: Final = 3.0
MAGNITUDE_TOLERANCE: Final = 0.2
"""Besides come 5 times the error that the signal-to-noise ratio in one frame leaves in all of them."""
MAGNITUDE_SIGMAS: Final = 5.0


def wrong_numbers(
    chip: ToldChip,
    mover: TrueMover,
    tracklet: MovingObjectDetected,
    reported: Sequence[ReportedPlace],
    findings: Findings,
) -> list[str]:
    """Measure all of them, positions as reported and the others as the log tells them; what is wrong."""
    way = TrueWay.of(mover.places)
    errors = [math.hypot(each.error_along_pixels, each.error_across_pixels) for each in tracklet.sightings]
    error = max(errors) * PIXEL_SCALE_ARCSEC
    tolerance = POSITION_TOLERANCE_ARCSEC + POSITION_SIGMAS * error
    return [
        *_positions(chip, way, reported, tolerance, findings),
        *_rate(chip, way, tracklet, tolerance, findings),
        *_magnitude(chip, mover, tracklet, findings),
    ]


def _positions(
    chip: ToldChip, way: TrueWay, reported: Sequence[ReportedPlace], tolerance: float, findings: Findings
) -> Iterator[str]:
    off = [way.offset_arcsec(place.time_us, place.ra_deg, place.dec_deg) for place in reported]
    for each in off:
        findings.measures("positions of moving objects", "arcsec", each, chip)
    if off and max(off) > tolerance:
        yield f"{max(off):.2f} arcsec as reported"


def _rate(
    chip: ToldChip, way: TrueWay, tracklet: MovingObjectDetected, tolerance: float, findings: Findings
) -> Iterator[str]:
    """Wrong where it leads from the first sighting to a place too far from the last one."""
    if tracklet.rate_arcsec_per_second is None or tracklet.position_angle_deg is None:
        return
    angle = math.radians(tracklet.position_angle_deg)
    told = tracklet.rate_arcsec_per_second * np.array([math.sin(angle), math.cos(angle)])
    off = float(np.hypot(*(told - way.rate)))
    findings.measures("rates of moving objects", "arcsec/s", off, chip)
    if off * (tracklet.sightings[-1].time_us - tracklet.sightings[0].time_us) / 1e6 > tolerance:
        yield f"{off:.3f} arcsec/s in its rate"


def _magnitude(
    chip: ToldChip, mover: TrueMover, tracklet: MovingObjectDetected, findings: Findings
) -> Iterator[str]:
    if tracklet.magnitude is None:
        return
    off = tracklet.magnitude - mover.places[0].magnitude
    findings.measures("magnitudes of moving objects", "mag", off, chip)
    frames = tracklet.last_frame - tracklet.first_frame + 1
    error = MAG_OF_E_FOLD / max(tracklet.signal_to_noise, 1.0) / math.sqrt(frames)
    if abs(off) > MAGNITUDE_TOLERANCE + MAGNITUDE_SIGMAS * error:
        yield f"{off:+.2f} mag"

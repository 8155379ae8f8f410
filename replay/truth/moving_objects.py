"""Moving objects told and reported, against those that truly were on the chip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.expectation import FULL, LEAVES, ON_STAR, TrueMover, true_movers
from replay.truth.findings import Findings, Line, count
from replay.truth.matching import follows
from replay.truth.reports import ReportedPlace, read_report
from replay.truth.told import ToldChip
from replay.truth.true_way import TrueWay
from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.events.reduction import MovingObjectDetected, TrackletsJoined

SUBJECT: Final = "moving objects"
POSITION_TOLERANCE_ARCSEC: Final = 1.0
"""What positions of the archive are good to; besides come 3 times the error that a sighting states."""
POSITION_SIGMAS: Final = 3.0
MAGNITUDE_TOLERANCE: Final = 0.2
"""Besides come 5 times the error that the signal-to-noise ratio in one frame leaves in all of them."""
MAGNITUDE_SIGMAS: Final = 5.0
NOBODY: Final = "nobody"


def compare_moving_objects(
    chip: ToldChip, true: TrueChip, archive: Path, findings: Findings
) -> dict[str, str]:
    """Hold the tracklets of a chip that was searched against the truth; gives by tracklet whose it is."""
    if not chip.searched:
        _count_unsearched(chip, true, findings)
        return {}
    reported = _reported(chip, archive, findings)
    whose: dict[str, str] = {}
    for mover in true_movers(true):
        found = [each for each in chip.tracklets.values() if follows(each, mover.places)]
        whose |= {each.tracklet_id: mover.name for each in found}
        _count(chip, mover, found, findings)
        for tracklet in found:
            _compare(chip, mover, tracklet, reported.get(tracklet.tracklet_id, []), findings)
    for tracklet in chip.tracklets.values():
        if tracklet.tracklet_id not in whose:
            findings.of(SUBJECT).false += 1
            findings.disagrees(
                SUBJECT, chip, f"{_said(tracklet)} is of no true object; {_beside(tracklet, true)}"
            )
    for unknown in sorted(set(reported) - set(chip.tracklets)):
        findings.disagrees(SUBJECT, chip, f"tracklet {unknown} is in the report, and not in the log")
    return whose


def compare_joined(joined: Sequence[TrackletsJoined], whose: dict[str, str], findings: Findings) -> None:
    """Whether tracklets that were joined are of one object."""
    counts = findings.of("joined tracklets")
    for each in joined:
        names = {whose.get(tracklet_id, NOBODY) for tracklet_id in each.tracklet_ids}
        if len(names) == 1 and NOBODY not in names:
            counts.true += 1
            counts.found += 1
        else:
            counts.false += 1
            said = f"{' '.join(each.tracklet_ids)} were joined, and are of {', '.join(sorted(names))}"
            findings.disagreements.append(Line("joined tracklets", each.exposure_number, None, said))


def _reported(chip: ToldChip, archive: Path, findings: Findings) -> dict[str, list[ReportedPlace]]:
    """What the archive's report of a chip has, by tracklet; nothing where it has none."""
    if "ADES" not in chip.archived:
        return {}
    try:
        return read_report(archive / chip.archived["ADES"])
    except (OSError, KeyError, ValueError) as error:
        findings.disagrees(SUBJECT, chip, f"its archived report can't be read: {error!r}")
        return {}


def _count_unsearched(chip: ToldChip, true: TrueChip, findings: Findings) -> None:
    """Objects on a chip that was not searched: a rejected one is not."""
    for _ in true.movers if "neo" in chip.steps else ():
        findings.of(SUBJECT).true += 1
        count(
            findings.of(SUBJECT).need_not, "chip rejected" if not chip.passed else "too few frames to search"
        )


def _count(
    chip: ToldChip, mover: TrueMover, found: Sequence[MovingObjectDetected], findings: Findings
) -> None:
    counts = findings.of(SUBJECT)
    counts.true += 1
    if found:
        counts.found += 1
        count(counts.by, found[0].channel)
    elif mover.reason:
        count(counts.need_not, mover.reason)
        findings.excuses(SUBJECT, chip, mover.reason, f"{mover.said} is not found")
    else:
        counts.missed += 1
        findings.disagrees(SUBJECT, chip, f"{mover.said} is missed, and must be found")
    for again in found[1:]:
        counts.false += 1
        findings.disagrees(SUBJECT, chip, f"{_said(again)} is '{mover.name}' once more")


def _compare(
    chip: ToldChip,
    mover: TrueMover,
    tracklet: MovingObjectDetected,
    reported: Sequence[ReportedPlace],
    findings: Findings,
) -> None:
    """Positions as reported, rate and magnitude as the log tells them."""
    if not reported:
        kind = "a satellite's" if tracklet.kind == "satellite" else "in no report"
        findings.disagrees(SUBJECT, chip, f"{_said(tracklet)} is '{mover.name}', and {kind}")
    way = TrueWay.of(mover.places)
    tolerance = POSITION_TOLERANCE_ARCSEC + POSITION_SIGMAS * PIXEL_SCALE_ARCSEC * max(
        each.error_pixels for each in tracklet.sightings
    )
    for place in reported:
        off = way.offset_arcsec(place.time_us, place.ra_deg, place.dec_deg)
        findings.measures("positions of moving objects", "arcsec", off, chip)
        if off > tolerance:
            _differs(chip, mover, f"{_said(tracklet)} is reported {off:.2f} arcsec off", findings)
    if tracklet.rate_arcsec_per_second is not None and tracklet.position_angle_deg is not None:
        angle = math.radians(tracklet.position_angle_deg)
        told = tracklet.rate_arcsec_per_second * np.array([math.sin(angle), math.cos(angle)])
        off_rate = float(np.hypot(*(told - way.rate)))
        findings.measures("rates of moving objects", "arcsec/s", off_rate, chip)
        seconds = (tracklet.sightings[-1].time_us - tracklet.sightings[0].time_us) / 1e6
        if off_rate * seconds > tolerance:
            _differs(chip, mover, f"{_said(tracklet)} has a rate {off_rate:.3f} arcsec/s off", findings)
    if tracklet.magnitude is not None:
        off_mag = tracklet.magnitude - mover.places[0].magnitude
        findings.measures("magnitudes of moving objects", "mag", off_mag, chip)
        frames = tracklet.last_frame - tracklet.first_frame + 1
        error = 1.09 / max(tracklet.signal_to_noise, 1.0) / math.sqrt(frames)
        if abs(off_mag) > MAGNITUDE_TOLERANCE + MAGNITUDE_SIGMAS * error:
            _differs(chip, mover, f"{_said(tracklet)} is {off_mag:+.2f} mag off", findings)


def _differs(chip: ToldChip, mover: TrueMover, said: str, findings: Findings) -> None:
    """A number that is wrong; of what is on a star, full, or partly beyond the chip it may be."""
    why = ON_STAR if mover.covered else mover.reason
    if why in (ON_STAR, FULL, LEAVES):
        findings.excuses(SUBJECT, chip, why, said)
    else:
        findings.disagrees(SUBJECT, chip, said)


def _said(tracklet: MovingObjectDetected) -> str:
    middle = tracklet.sightings[len(tracklet.sightings) // 2]
    magnitude = "" if tracklet.magnitude is None else f" of {tracklet.magnitude:.2f} mag"
    return (
        f"tracklet {tracklet.tracklet_id}{magnitude} at x {middle.x:.0f} y {middle.y:.0f}, "
        f"{tracklet.pixels_a_frame:.3g} pixels a frame, by {tracklet.channel}"
    )


def _beside(tracklet: MovingObjectDetected, true: TrueChip) -> str:
    """What true things are nearest, for whoever looks for its cause."""
    middle, stars = tracklet.sightings[len(tracklet.sightings) // 2], true.stars
    if not len(stars.x):
        return "no star is there"
    off = np.hypot(stars.x - middle.x, stars.y - middle.y)
    nearest = int(off.argmin())
    return f"the nearest star, of {stars.magnitude[nearest]:.1f} mag, is {off[nearest]:.1f} pixels away"

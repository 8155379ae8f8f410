"""Moving objects told and reported, against those that truly were on the chip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.archived_file import read_archived
from replay.truth.expectation import FULL, ON_STAR, TrueMover, true_movers
from replay.truth.findings import Findings, count
from replay.truth.matching import follows
from replay.truth.reports import ReportedPlace, read_report
from replay.truth.told import ToldChip
from replay.truth.tracklet_numbers import wrong_numbers
from tomoe_es.events.reduction import MovingObjectDetected
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_SEARCH

SUBJECT: Final = "moving objects"


def compare_moving_objects(
    chip: ToldChip, true: TrueChip, archive: Path, findings: Findings
) -> dict[str, TrueMover | None]:
    """Hold the tracklets of a chip that was searched against the truth.

    Gives by tracklet whose it is; None of a false one.
    """
    if not chip.searched:
        _not_searched(chip, true, findings)
        return {}
    reported = _reported(chip, archive, findings)
    whose: dict[str, TrueMover | None] = dict.fromkeys(chip.tracklets)
    for mover in true_movers(true):
        found = [each for each in chip.tracklets.values() if follows(each, mover.places)]
        whose |= {each.tracklet_id: mover for each in found}
        _count(chip, mover, found, findings)
        for tracklet in found:
            places = None if reported is None else reported.get(tracklet.tracklet_id, [])
            _compare(chip, mover, tracklet, places, findings)
    for tracklet in chip.tracklets.values():
        if whose[tracklet.tracklet_id] is None:
            findings.of(SUBJECT).false += 1
            findings.disagrees(
                SUBJECT, chip, f"{_said(tracklet)} is of no true object; {_beside(tracklet, true)}"
            )
    for unknown in sorted(set(reported or {}) - set(chip.tracklets)):
        findings.disagrees(SUBJECT, chip, f"tracklet {unknown} is in the report, and not in the log")
    return whose


def _reported(chip: ToldChip, archive: Path, findings: Findings) -> dict[str, list[ReportedPlace]] | None:
    """What the archive's report of a chip has, by tracklet; nothing where it has none, None if unreadable."""
    if "ADES" not in chip.archived:
        return {}
    return read_archived(chip, "ADES", archive, read_report, SUBJECT, findings)


def _not_searched(chip: ToldChip, true: TrueChip, findings: Findings) -> None:
    """Whether it need not be where it was asked for, and what was on it."""
    if "neo" not in chip.steps:
        return
    frames = len(true.transparency)
    if chip.given_up:
        why = "chip given up"
    elif chip.passed is None:
        why = "chip never judged"
    elif not chip.passed:
        why = "chip rejected"
    elif frames < FEWEST_FRAMES_TO_SEARCH:
        why = "too few frames to search"
    else:
        findings.disagrees(SUBJECT, chip, f"it passed, and its {frames} frames were not searched")
        for mover in true_movers(true):
            _count(chip, mover, [], findings)
        return
    for _ in true.movers:
        findings.of(SUBJECT).true += 1
        count(findings.of(SUBJECT).need_not, why)


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
    reported: Sequence[ReportedPlace] | None,
    findings: Findings,
) -> None:
    """Whether it is reported, and rightly; of what is on a star or fills a pixel numbers may be wrong.

    `reported` is None where its report can't be read, which is told already.
    """
    if not reported and tracklet.kind == "satellite":
        findings.disagrees(SUBJECT, chip, f"{_said(tracklet)} is '{mover.name}', and a satellite's")
    elif reported is not None and not reported:
        findings.disagrees(SUBJECT, chip, f"{_said(tracklet)} is '{mover.name}', and in no report")
    wrong = wrong_numbers(chip, mover, tracklet, reported or (), findings)
    why = ON_STAR if mover.covered else mover.reason
    said = f"{_said(tracklet)} is off by {' and '.join(wrong)}"
    if wrong and why in (ON_STAR, FULL):
        findings.excuses(SUBJECT, chip, why, said)
    elif wrong:
        findings.disagrees(SUBJECT, chip, f"{said}; the object is {why}" if why else said)


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

"""Astrometric solutions and zero points against the true sky."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.archived_file import read_archived
from replay.truth.archived_stack import ArchivedStack, read_stack
from replay.truth.faults import true_faults
from replay.truth.findings import Findings, count
from replay.truth.magnitudes import FEWEST_BRIGHT_STARS, zero_point_offset_mag
from replay.truth.positions import WRONG_ARCSEC, centre_error_arcsec, star_errors_arcsec
from replay.truth.told import ToldChip

ZERO_POINT_TOLERANCE_MAG: Final = 0.05
ZERO_POINT_SIGMAS: Final = 3.0
"""By so much, and so many times the error that its header states, a zero point may be off."""


def compare_solution(chip: ToldChip, true: TrueChip, archive: Path, findings: Findings) -> None:
    """Whether the solution of a chip, archived or not, is the right one, and its zero point."""
    if "wcs" not in chip.steps or (chip.solved is None and chip.unsolved is None):
        return
    counts = findings.of("solutions")
    counts.true += 1
    if chip.solved is None:
        _unsolved(chip, true, findings)
        return
    off = centre_error_arcsec(true, chip.solved)
    if "STACK" in chip.archived:
        stack = read_archived(chip, "STACK", archive, read_stack, "solutions", findings)
        if stack is not None:
            off = max(off, _of_stars(chip, true, stack, findings))
            _compare_zero_point(chip, true, stack, findings)
    if off > WRONG_ARCSEC:
        counts.false += 1
        counts.missed += 1
        findings.disagrees("solutions", chip, f"wrong: off by {off:.1f} arcsec, archived or not")
    else:
        counts.found += 1


def _of_stars(chip: ToldChip, true: TrueChip, stack: ArchivedStack, findings: Findings) -> float:
    """Arcsec by which the middle one of the stars is off by the solution that is archived."""
    errors = star_errors_arcsec(true.stars, stack.wcs)
    if not len(errors):
        return 0.0
    findings.measures("stars by the solution, rms", "arcsec", float(np.sqrt(np.mean(errors**2))), chip)
    return float(np.median(errors))


def _unsolved(chip: ToldChip, true: TrueChip, findings: Findings) -> None:
    """A chip without is rejected for it, so that the line is told there."""
    counts = findings.of("solutions")
    excuses = [each.name for each in true_faults(true, chip) if "astrometry" in each.right]
    if excuses:
        count(counts.need_not, excuses[0])
    else:
        counts.missed += 1


def _compare_zero_point(chip: ToldChip, true: TrueChip, stack: ArchivedStack, findings: Findings) -> None:
    counts = findings.of("zero points")
    counts.true += 1
    stated = stack.zero_point_error_mag
    if stated is None:
        count(counts.need_not, "no star gave one")
        return
    off = zero_point_offset_mag(true.stars, stack.sources)
    if off is None:
        count(counts.need_not, f"fewer than {FEWEST_BRIGHT_STARS} stars to judge it by")
        return
    findings.measures("zero point", "mag", off, chip)
    if abs(off) <= ZERO_POINT_TOLERANCE_MAG + ZERO_POINT_SIGMAS * stated:
        counts.found += 1
    else:
        counts.missed += 1
        findings.disagrees("zero points", chip, f"off by {off:+.3f} mag, stated to {stated:.3f} mag")

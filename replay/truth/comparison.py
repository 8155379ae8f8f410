"""A whole night against its truth files."""

from __future__ import annotations

from pathlib import Path

from adapters.simulator.sky.true_chip import TruthUnreadable, read_true_chip
from replay.errors import TruthMissing
from replay.truth.expectation import TrueMover
from replay.truth.findings import Findings
from replay.truth.joined import compare_joined
from replay.truth.moving_objects import compare_moving_objects
from replay.truth.rejected_chips import compare_rejection
from replay.truth.solutions import compare_solution
from replay.truth.told import ToldChip, ToldNight


def compare_night(told: ToldNight, night: str, truth: Path, archive: Path) -> Findings:
    """Hold what the log and the archive say of a night against the files below the folder `truth`.

    A chip whose file is missing or can't be read is a disagreement. Raises TruthMissing where there are no
    files of this night, TruthUnreadable where there are, and not one can be read, as of an older version.
    """
    if not (truth / night).is_dir():
        raise TruthMissing(
            f"there are no truth files of the night {night} in {truth}: only a simulated night with images "
            "has them, and of a real one nobody knows the truth; name such a night, and its --data"
        )
    findings, owners = Findings(), dict[str, TrueMover | None]()
    unreadable: TruthUnreadable | None = None
    for chip in told.chips.values():
        path = truth_path(truth, chip)
        if not path.is_file():
            findings.disagrees("truth", chip, f"not compared: there is no truth file {path}")
            continue
        try:
            true = read_true_chip(path)
        except TruthUnreadable as error:
            unreadable = unreadable or error
            findings.disagrees("truth", chip, f"not compared: {error}")
            continue
        findings.chips += 1
        compare_rejection(chip, true, findings)
        compare_solution(chip, true, archive, findings)
        owners |= compare_moving_objects(chip, true, archive, findings)
    if unreadable is not None and not findings.chips:
        raise unreadable
    compare_joined(told, owners, findings)
    return findings


def truth_path(truth: Path, chip: ToldChip) -> Path:
    """Where the simulated camera left what was true for a chip."""
    return truth / chip.night / f"{chip.exposure_number:08d}" / f"r{chip.frame_id}.fits"

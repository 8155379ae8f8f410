"""A whole night against its truth files."""

from __future__ import annotations

from pathlib import Path

from adapters.simulator.sky.true_chip import TrueChip, TruthUnreadable, read_true_chip
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

    That a chip's file is missing, another's, or can't be read is a disagreement. Raises TruthMissing where
    there are no files of this night, TruthUnreadable where there are, and not one can be read, as of an older
    version.
    """
    if not any((truth / night).rglob("r*.fits")):
        raise TruthMissing(
            f"there are no truth files of the night {night} in {truth}: only a simulated night with images "
            "has them, and of a real one nobody knows the truth; name such a night, and its --data"
        )
    findings, owners = _begun(told), dict[str, TrueMover | None]()
    unreadable: TruthUnreadable | None = None
    for chip in told.chips.values():
        if not (told.ended or chip.judged):
            findings.not_judged += 1
            continue
        path = truth_path(truth, chip)
        if not path.is_file():
            findings.lacks("truth", chip, "truth file", path)
            continue
        try:
            true = read_true_chip(path)
        except TruthUnreadable as error:
            unreadable = unreadable or error
            findings.disagrees("truth", chip, f"not compared: {error}")
            continue
        if another := _of_another(true, chip, told.seed):
            findings.disagrees("truth", chip, f"not compared: its truth file {path} is of {another}")
            continue
        findings.chips += 1
        compare_rejection(chip, true, findings)
        compare_solution(chip, true, archive, findings)
        owners |= compare_moving_objects(chip, true, archive, findings)
    if unreadable is not None and not findings.chips:
        raise unreadable
    if findings.missing and not findings.chips and not findings.disagreements:
        raise TruthMissing(f"none of the chips of the night {night} has a truth file in {truth / night}")
    compare_joined(told, owners, findings)
    findings.tell_missing()
    return findings


def _begun(told: ToldNight) -> Findings:
    """Counts of what there is to compare."""
    taken = told.taken | told.chips.keys()
    return Findings(taken=len(taken), lost=len(told.lost - told.chips.keys()), ended=told.ended)


def _of_another(true: TrueChip, chip: ToldChip, seed: int | None) -> str:
    """Which exposure, chip or simulation a truth file is of, if not of the one whose name it has."""
    others = []
    if true.exposure_number != chip.exposure_number:
        others.append(f"exposure {true.exposure_number}")
    if true.det_id != chip.det_id:
        others.append(f"chip {true.det_id}")
    if seed is not None and true.seed != seed:
        others.append(f"a simulation by the seed {true.seed}, and the night's is {seed}")
    return " ".join(others)


def truth_path(truth: Path, chip: ToldChip) -> Path:
    """Where the simulated camera left what was true for a chip."""
    return truth / chip.night / f"{chip.exposure_number:08d}" / f"r{chip.frame_id}.fits"

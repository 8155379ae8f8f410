"""What a comparison with the truth comes to: counts, distances from the truth, and each disagreement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

from replay.truth.told import ToldChip

Subject = Literal["rejected chips", "solutions", "zero points", "moving objects", "joined tracklets", "truth"]


class Line(msgspec.Struct, frozen=True):
    """One thing in which the night and the truth differ, and where."""

    subject: Subject
    exposure_number: int | None  # None: of several exposures
    det_id: int | None  # None: of several chips
    said: str


class Counts(msgspec.Struct):
    """Of one subject: how many there truly are, and what became of them.

    Those found, missed and not found for a reason together are those that there are; false ones come besides.
    """

    true: int = 0
    found: int = 0
    missed: int = 0
    false: int = 0
    need_not: dict[str, int] = {}  # not found, by why that may be
    by: dict[str, int] = {}  # found, by what


class Distance(msgspec.Struct, frozen=True):
    """How far from the truth what was found is."""

    name: str
    unit: str
    count: int
    median: float
    worst: float
    worst_at: str


class Findings(msgspec.Struct):
    """Everything that a comparison gathers, chip by chip."""

    chips: int = 0  # that were compared
    taken: int = 0
    lost: int = 0  # on their way from the camera
    not_judged: int = 0  # and may be still, as the night has not ended
    ended: bool = True
    missing: dict[tuple[Subject, str], list[tuple[ToldChip, Path]]] = {}  # files, by what they are
    counts: dict[Subject, Counts] = {}
    faults: dict[str, Counts] = {}  # chips that must be rejected, by what is wrong with them
    measured: dict[tuple[str, str], list[tuple[float, str]]] = {}
    disagreements: list[Line] = []
    excused: list[Line] = []

    def of(self, subject: Subject) -> Counts:
        """The counts of a subject."""
        return self.counts.setdefault(subject, Counts())

    def disagrees(self, subject: Subject, chip: ToldChip, said: str) -> None:
        """Note what can't be: it is named, and the night does not agree with its truth."""
        self.disagreements.append(Line(subject, chip.exposure_number, chip.det_id, said))

    def lacks(self, subject: Subject, chip: ToldChip, what: str, path: Path) -> None:
        """Note that a file of a chip is missing; `tell_missing` makes one line of all of a kind."""
        self.missing.setdefault((subject, what), []).append((chip, path))

    def tell_missing(self) -> None:
        """Each kind of file that is missing is one disagreement, of however many chips."""
        for (subject, what), files in self.missing.items():
            chip, path = files[0]
            if len(files) == 1:
                self.disagrees(subject, chip, f"its {what} is missing: {path}")
            else:
                said = f"{len(files):,} chips' {what}s are missing, such as that of {chip.place}: {path}"
                self.disagreements.append(Line(subject, None, None, said))

    def excuses(self, subject: Subject, chip: ToldChip, why: str, said: str) -> None:
        """Note a difference that may be, and why."""
        self.excused.append(Line(subject, chip.exposure_number, chip.det_id, f"{said}: {why}"))

    def measures(self, name: str, unit: str, value: float, chip: ToldChip) -> None:
        """Note how far from the truth something is; the sign is kept for the median."""
        self.measured.setdefault((name, unit), []).append((value, chip.place))

    @property
    def distances(self) -> list[Distance]:
        """Median and worst of everything that was measured."""
        return list(self._distances())

    def told(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {
            "ended": self.ended,
            "taken": self.taken,
            "chips": self.chips,
            "lost": self.lost,
            "not_judged": self.not_judged,
            "counts": self.counts,
            "faults": self.faults,
            "distances": self.distances,
            "disagreements": self.disagreements,
            "excused": self.excused,
        }

    def _distances(self) -> Iterator[Distance]:
        for (name, unit), values in self.measured.items():
            worst, place = max(values, key=lambda each: abs(each[0]))
            middle = median(value for value, _ in values)
            yield Distance(name, unit, len(values), middle, worst, place)


def count(numbers: dict[str, int], name: str) -> None:
    """One more of a name."""
    numbers[name] = numbers.get(name, 0) + 1

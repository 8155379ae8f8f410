"""How the files of a log's folder are named: number, night and first position of each."""

from __future__ import annotations

import re
from itertools import accumulate
from pathlib import Path

import msgspec

LIVE_SUFFIX = ".sqlite"
SEALED_SUFFIX = ".jsonl.zst"

_NAME = re.compile(r"(\d{5})-(\d{4}-\d{2}-\d{2})-(\d{12})\.(?:sqlite|jsonl\.zst)")


class SegmentName(msgspec.Struct, frozen=True, order=True):
    """One night's part of the log; its positions end where those of the next segment begin."""

    number: int  # from 1, in the order in which the nights were recorded
    first_position: int
    night: str

    def sealed_path(self, folder: Path) -> Path:
        """The read-only file of a segment that is sealed."""
        return folder / f"{self.number:05d}-{self.night}-{self.first_position:012d}{SEALED_SUFFIX}"

    def successor(self, last_position: int, next_night: str) -> SegmentName:
        """The segment after this one, when this one ends with `last_position`."""
        return SegmentName(self.number + 1, last_position + 1, next_night)

    def live_path(self, folder: Path) -> Path:
        """The SQLite file of a segment that is still appended to."""
        return folder / f"{self.number:05d}-{self.night}-{self.first_position:012d}{LIVE_SUFFIX}"


def list_segments(folder: Path) -> list[SegmentName]:
    """Segments in the folder, in their order, without strays; files of other names are not looked at."""
    found = _named_segments(folder)
    strays = _strays(found)
    return [each for each in found if each not in strays]


def list_strays(folder: Path) -> list[SegmentName]:
    """Files named as segments that can be none of this log, since their positions are among those of others.

    Where two files contradict each other, it is the one whose number does not fit between its neighbours.
    """
    return sorted(_strays(_named_segments(folder)))


def _named_segments(folder: Path) -> list[SegmentName]:
    matches = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted({SegmentName(int(match[1]), int(match[3]), match[2]) for match in matches if match})


def _strays(found: list[SegmentName]) -> set[SegmentName]:
    firsts = [each.first_position for each in found]
    if all(first > 0 for first in firsts[:1]) and firsts == sorted(firsts):
        return set()
    highest_before = [0, *accumulate(firsts, max)]
    lowest_after = [*reversed([*accumulate(reversed(firsts), min)]), firsts[-1]]
    return {
        each
        for index, each in enumerate(found)
        if each.first_position < 1
        or (
            (each.first_position < highest_before[index] or each.first_position > lowest_after[index + 1])
            and not _fits_a_neighbour(each, found)
        )
    }


def _fits_a_neighbour(segment: SegmentName, found: list[SegmentName]) -> bool:
    return any(
        (each.number == segment.number - 1 and each.first_position <= segment.first_position)
        or (each.number == segment.number + 1 and each.first_position >= segment.first_position)
        for each in found
    )

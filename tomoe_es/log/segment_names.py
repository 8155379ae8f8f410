"""How the files of a log's folder are named: number, night and first position of each."""

from __future__ import annotations

import re
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
    """Segments in the folder, in their order; files of other names are not looked at."""
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted({SegmentName(int(match[1]), int(match[3]), match[2]) for match in found if match})

"""How the files of a log's folder are named: by the first position and the night that each holds."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

LIVE_SUFFIX = ".sqlite"

_NAME = re.compile(r"(\d{12})-(\d{4}-\d{2}-\d{2})(\.sqlite)")


class SegmentName(msgspec.Struct, frozen=True, order=True):
    """One night's part of the log; its positions end where those of the next segment begin."""

    first_position: int
    night: str

    def live_path(self, folder: Path) -> Path:
        """The SQLite file of a segment that is still appended to."""
        return folder / f"{self.first_position:012d}-{self.night}{LIVE_SUFFIX}"


def list_segments(folder: Path) -> list[SegmentName]:
    """Segments in the folder, in order of position; files of other names are not looked at."""
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted({SegmentName(int(match[1]), match[2]) for match in found if match})

"""FRAME_ID and file names of a chip's data, as in the public format documents of the archive.

FRAME_ID is `TMQ` + quadrant (1 digit) + UTC date (8) + exposure number (8) + chip (2):
TMQ1202201040065228212 is chip 12 of Q1, exposure 652282, on 2022-01-04.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.errors import TomoeError

FILE_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {"STACK": "s", "CUBE": "r", "DARK": "d", "FLAT": "f", "NEO": "n", "ADES": "n"}
)
"""By kind of product, what stands before FRAME_ID in the name of its file; that of raw cubes is `r`, too.

Those of cube and stack are the archive's, the others ours.
"""

_FRAME_ID: Final = re.compile(r"TMQ(?P<quadrant>\d)(?P<date>\d{8})(?P<number>\d{8})(?P<chip>\d{2})", re.ASCII)


class FrameIdError(TomoeError):
    """A FRAME_ID that cannot be, with the reason and the form expected."""

    what_to_do = "write the FRAME_ID as TMQ, quadrant, UTC date, exposure number, chip"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"FRAME_ID {text!r}: {reason}; expected TMQ, quadrant (1 digit), UTC date (8),"
            " exposure number (8), chip (2), as TMQ1202201040065228212"
        )


@dataclass(frozen=True, slots=True)
class FrameId:
    """One chip of one exposure. Raises FrameIdError for a chip, date or number that does not exist."""

    utc_date: dt.date
    exposure_number: int
    det_id: int

    def __post_init__(self) -> None:
        if self.det_id not in CHIPS:
            raise FrameIdError(str(self.det_id), f"there is no chip with DET_ID {self.det_id}")
        if not 0 <= self.exposure_number <= 99_999_999:
            raise FrameIdError(str(self.exposure_number), "the exposure number does not fit in 8 digits")

    @property
    def quadrant(self) -> int:
        """Number of the quadrant unit, 1 to 4."""
        return self.det_id // 100

    @property
    def chip(self) -> int:
        """Number of the chip in its quadrant unit, 1 to 21."""
        return self.det_id % 100

    def __str__(self) -> str:
        return f"TMQ{self.quadrant}{self.utc_date:%Y%m%d}{self.exposure_number:08d}{self.chip:02d}"


def parse_frame_id(text: str) -> FrameId:
    """Read a FRAME_ID. Raises FrameIdError when its form, chip or date is wrong."""
    match = _FRAME_ID.fullmatch(text)
    if match is None:
        raise FrameIdError(text, "its form is wrong")
    det_id = 100 * int(match["quadrant"]) + int(match["chip"])
    if det_id not in CHIPS:
        raise FrameIdError(text, f"there is no chip with DET_ID {det_id}")
    try:
        utc_date = dt.datetime.strptime(match["date"], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise FrameIdError(text, f"{match['date']} is not a date") from error
    return FrameId(utc_date=utc_date, exposure_number=int(match["number"]), det_id=det_id)


def det_id_of(frame_id: str) -> int:
    """DET_ID in a FRAME_ID that is known to be well formed, as those in the log are."""
    return int(frame_id[3] + frame_id[-2:])

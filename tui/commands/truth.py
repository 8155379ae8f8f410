"""`tomoe truth`: a simulated night against its truth files."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from replay.opening import opened_night
from tui.commands.truth_text import truth_lines
from tui.data_folder import data_folder
from tui.truth_of_night import compared


def truth(night: str | None = None, *, json: bool = False, data: Path | None = None) -> int:
    """Compare what a simulated night told and archived with what was true in its sky.

    Which chips were rejected and which had to be; which moving objects were found, missed, or are false, and
    how far off they are reported; whether astrometric solutions and zero points are right. Each disagreement
    is a line of its own. A moving object must be found where it is on the chip in every frame, 10 pixels from
    its edge, goes 0.1 pixel a frame or more, is at 10 sigma in a frame, fills no pixel, and is on no star.

    The truth files are those that the simulated camera left in the data folder; the reduction never reads
    them, and a real night has none.

    Exit codes: 0 the night agrees with the truth; 1 it does not, or has no truth files; 2 wrong usage.

    Parameters
    ----------
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object, with every difference that may be.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with opened_night(folder.log, night) as (opened, identity):
        found = compared(folder, opened.night, opened.events(opened.first - 1, opened.last))
    if json:
        told = {"identity": identity, "agrees": not found.disagreements, **found.told()}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        sys.stdout.write("\n".join([*identity.lines(), *truth_lines(found)]) + "\n")
    return 1 if found.disagreements else 0

"""What a stack's header says of time and detector, where that of its cube would be wrong."""

from __future__ import annotations

import datetime as dt
import math

from astropy.io import fits

from tomoe_es.clock import from_datetime, isot, to_datetime
from tomoe_es.reduction.stack import DROPPED_FRAMES
from tomoe_es.transfer.header import modified_julian_day


def describe_stack(header: fits.Header, frames_used: int) -> None:
    """Change the header of a cube into that of the mean of its frames from the second on.

    A count of the mean stands for `gain` electrons in each of N frames, so for N `gain` electrons detected.
    On that scale the read noises of N frames add up to sqrt(N) times that of one, the full wells to N times
    one, and EXPTIME, of all N frames, times DCURRENT is the dark current's charge. The noise of the master
    dark and flat is not in RNOISE. Ends stay as they are: the last frame is used.
    """
    cube_start = dt.datetime.fromisoformat(header["DATE-OBS"]).replace(tzinfo=dt.UTC)
    start_us = from_datetime(cube_start) + round(DROPPED_FRAMES * header["TFRAME"] * 1e6)
    start, date = to_datetime(start_us), isot(start_us, 6)
    of_frames = f"of the {frames_used} frames used"
    for keyword, value, comment in (
        ("EXPTIME", frames_used * header["EXPTIME1"], f"[s] exposure {of_frames}"),
        ("TELAPSE", frames_used * header["TFRAME"], "[s] start of first to end of last frame used"),
        ("NFRAME", frames_used, "frames used, without those dropped"),
        ("DATE-OBS", date, "[UTC] start of the first frame used"),
        ("MJD-OBS", modified_julian_day(start_us), "[d] DATE-OBS"),
        ("TIME-OBS", f"{start:%H:%M:%S.%f}", "[UTC] start of the first frame used"),
        ("UTC", f"{start:%H:%M:%S.%f}", "start of the first frame used"),
        ("GPS-UP", date, "[UTC] GPS time, first frame used, on"),
        ("GAIN", header["GAIN"] * frames_used, f"[e-/count] of the mean {of_frames}"),
        ("RNOISE", header["RNOISE"] * math.sqrt(frames_used), f"[e-] read noise {of_frames}"),
        ("FULLWELL", header["FULLWELL"] * frames_used, f"[e-] full well {of_frames}"),
    ):
        header[keyword] = (value, comment)

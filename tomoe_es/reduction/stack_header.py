"""What a stack's header says of time and detector, where that of its cube would be wrong."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import LINE_READOUT_SECONDS
from tomoe_es.camera.rolling_shutter import MIDDLE_ROW, mid_time_us
from tomoe_es.clock import from_datetime, isot, to_datetime
from tomoe_es.reduction.astrometry import Solution
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.job import PhotometryResult
from tomoe_es.reduction.photometry import Photometry
from tomoe_es.reduction.stack import Stack
from tomoe_es.transfer.header import Cards, modified_julian_day


def describe_stack(header: fits.Header, frames_used: int) -> None:
    """Change the header of a cube into that of the mean of its frames from the second on.

    A count of the mean stands for `gain` electrons in each of N frames, so for N `gain` electrons detected.
    On that scale the read noises of N frames add up to sqrt(N) times that of one, the full wells to N times
    one, and EXPTIME, of all N frames, times DCURRENT is the dark current's charge. The noise of the master
    dark and flat is not in RNOISE. Ends stay as they are: the last frame is used.

    DATE-AVG is the effective mid-time of the middle row; another row, counted from 1, was exposed
    (row - 564.5) x TLINE later.
    """
    cube_start = dt.datetime.fromisoformat(header["DATE-OBS"]).replace(tzinfo=dt.UTC)
    start_us = from_datetime(cube_start) + round(DROPPED_FRAMES * header["TFRAME"] * 1e6)
    start, date = to_datetime(start_us), isot(start_us, 6)
    middle_frame = (DROPPED_FRAMES + header["NFRAME"] - 1) / 2
    middle_us = mid_time_us(from_datetime(cube_start), middle_frame, MIDDLE_ROW, header["EXPTIME1"])
    of_frames = f"of the {frames_used} frames used"
    for keyword, value, comment in (
        ("EXPTIME", frames_used * header["EXPTIME1"], f"[s] exposure {of_frames}"),
        ("TELAPSE", frames_used * header["TFRAME"], "[s] start of first to end of last frame used"),
        ("NFRAME", frames_used, "frames used, without those dropped"),
        ("DATE-OBS", date, "[UTC] start of the first frame used"),
        ("MJD-OBS", modified_julian_day(start_us), "[d] DATE-OBS"),
        ("DATE-AVG", isot(middle_us, 6), "[UTC] mid-exposure of the middle row"),
        ("MJD-AVG", modified_julian_day(middle_us), "[d] DATE-AVG"),
        ("TLINE", LINE_READOUT_SECONDS, "[s] a row is exposed later than that before"),
        ("TIME-OBS", f"{start:%H:%M:%S.%f}", "[UTC] start of the first frame used"),
        ("UTC", f"{start:%H:%M:%S.%f}", "start of the first frame used"),
        ("GPS-UP", date, "[UTC] GPS time, first frame used, on"),
        ("GAIN", header["GAIN"] * frames_used, f"[e-/count] of the mean {of_frames}"),
        ("RNOISE", header["RNOISE"] * math.sqrt(frames_used), f"[e-] read noise {of_frames}"),
        ("FULLWELL", header["FULLWELL"] * frames_used, f"[e-] full well {of_frames}"),
    ):
        header[keyword] = (value, comment)


def measured_cards(
    stacked: Stack, measured: Photometry, solution: Solution | None, photometry: PhotometryResult
) -> Cards:
    """What was measured of a chip, for the headers of its products; what is None is left out."""
    cards: Cards = [
        ("NSTACK", stacked.frames_used, "frames in the stack"),
        ("NDROPPED", DROPPED_FRAMES, "first frames left out of the stack"),
        ("USEDMEAN", _mean(stacked.used), "frames used, mean of all pixels"),
        ("NSOURCE", len(measured.sources), "sources found"),
        ("SKYLEVEL", measured.sky_counts, "[count] sky"),
        ("SKYNOISE", measured.noise_counts, "[count] noise of a pixel of the stack"),
        ("TMPNOISE", stacked.noise_counts, "[count] noise of a pixel of one frame"),
        ("SATFRAC", stacked.saturated_fraction, "saturated part of the pixels of all frames"),
        ("FWHM", measured.fwhm_arcsec, "[arcsec] median of stars"),
        ("ELLIPT", measured.ellipticity, "1 - minor / major axis, median of stars"),
        ("MAGZERO", photometry.zero_point_mag, "[mag] source of 1 count, aperture of 4.5 pixels"),
        ("MAGZSCAT", photometry.zero_point_scatter_mag, "[mag] scatter of MAGZERO from star to star"),
        ("MAGZERR", photometry.zero_point_error_mag, "[mag] error of MAGZERO, presumed below 3 stars"),
        ("MAGZSTAR", photometry.zero_point_stars, "catalogue stars of MAGZERO (Tycho VT)"),
        ("MAGLIM", photometry.limiting_mag, "[mag] 5 sigma in the stack"),
        ("MAGLIM1", photometry.frame_limiting_mag, "[mag] 5 sigma in one frame"),
    ]
    if solution is not None:
        cards += [
            ("ASTRSTAR", solution.stars, "stars of the astrometric fit"),
            ("ASTRRMS", solution.rms_arcsec, "[arcsec] residuals of the fit"),
            ("ASTRODDS", solution.log_odds, "natural log of the odds against chance"),
            ("ASTROFF", solution.offset_arcsec, "[arcsec] from the pointing"),
            ("ASTRSOLV", solution.proposer, "who proposed the solution; verified here"),
            ("ASTRORD", 2 if solution.second_order else 1, "order of the fit; SIP has the camera's terms"),
            ("SHA_STAR", solution.catalogue_digest, "list of catalogue stars"),
        ]
    return cards


def _mean(used: NDArray[np.uint16]) -> float:
    """Sums of rows fit into 32 bits; numpy's mean adds up in 64, and takes thrice the time."""
    return int(used.sum(axis=1, dtype=np.uint32).sum(dtype=np.uint64)) / used.size

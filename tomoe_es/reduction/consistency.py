"""Whether a raw cube's header agrees with itself and with the log."""

from __future__ import annotations

import datetime as dt
import math

from astropy.io import fits

from tomoe_es.clock import from_datetime
from tomoe_es.reduction.job import ReductionJob
from tomoe_es.scheduling.sky import separation_arcsec

SAME_POSITION_ARCSEC = 1.0


def time_departure_seconds(header: fits.Header, job: ReductionJob) -> float:
    """Largest disagreement between the header's times, and between its start and the log's, in seconds.

    Infinite when a time is missing or can't be read, or when FRAME_ID names another date.
    """
    try:
        start, end, up, down = (_us(header[key]) for key in ("DATE-OBS", "DATE-END", "GPS-UP", "GPS-DOWN"))
        elapsed_us, frames_us = header["TELAPSE"] * 1e6, header["NFRAME"] * header["TFRAME"] * 1e6
        date = str(header["DATE-OBS"])[:10].replace("-", "")
    except (KeyError, ValueError, TypeError, fits.VerifyError):
        return math.inf
    if job.frame_id[4:12] != date:
        return math.inf
    departures = (
        start - job.start_us,
        up - start,
        down - end,
        end - start - elapsed_us,
        elapsed_us - frames_us,
    )
    return float(max(abs(departure) for departure in departures)) / 1e6


def names_the_same_field(header: fits.Header, job: ReductionJob) -> bool:
    """Whether the header has the job's chip and exposure, and for an OBJECT its pointing."""
    try:
        named = tuple(header.get(key) for key in ("FRAME_ID", "DET_ID", "EXP_ID", "DATA-TYP"))
        ra, dec = header.get("RA"), header.get("DEC")
    except fits.VerifyError:  # no card of FITS
        return False
    if named != (job.frame_id, job.det_id, job.exposure_number, job.data_type):
        return False
    if job.data_type != "OBJECT":
        return True
    if not isinstance(ra, float) or not isinstance(dec, float):
        return False
    return separation_arcsec(ra, dec, job.ra_deg, job.dec_deg) <= SAME_POSITION_ARCSEC


def _us(value: str) -> int:
    return from_datetime(dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC))

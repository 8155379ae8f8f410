"""Report of moving objects in the Minor Planet Center's format: ADES, version 2022, in its PSV form.

https://www.minorplanetcenter.net/iau/info/ADES.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.clock import isot
from tomoe_es.observatory import MPC_CODE, NAME
from tomoe_es.reduction.moving_objects.tracklet import Sighting, Tracklet

CATALOGUE = "Tyc2"
SMALLEST_ERROR_MAG = 0.01
"""That a report can say."""
COLUMNS = (
    "trkSub",
    "mode",
    "stn",
    "obsTime",
    "ra",
    "dec",
    "rmsRA",
    "rmsDec",
    "rmsCorr",
    "astCat",
    "mag",
    "rmsMag",
    "band",
    "logSNR",
    "exp",
    "remarks",
)


def ades_report(
    tracklets: Sequence[Tracklet], observer: str, astrometry_rms_arcsec: float, exposure_seconds: float
) -> str:
    """PSV text with three lines an object; without satellites and what has no position on the sky."""
    rows = [
        _row(tracklet, sighting, astrometry_rms_arcsec, exposure_seconds)
        for tracklet in tracklets
        if tracklet.kind == "object"
        for sighting in tracklet.sightings
        if sighting.ra_deg is not None
    ]
    return "\n".join([*_head(observer), "|".join(COLUMNS), *rows, ""])


def _head(observer: str) -> list[str]:
    name = _person(observer)
    return [
        "# version=2022",
        "# observatory",
        f"! mpcCode {MPC_CODE}",
        f"! name {NAME}",
        "# submitter",
        f"! name {name}",
        "# observers",
        f"! name {name}",
        "# measurers",
        f"! name {name}",
        "# telescope",
        "! design Schmidt",
        "! aperture 1.05",
        "! detector CMO",
        "! fRatio 3.1",
        f"! pixelScale {PIXEL_SCALE_ARCSEC:.3f}",
    ]


def _errors(
    sighting: Sighting, position_angle_deg: float, astrometry_rms_arcsec: float
) -> tuple[float, float, float]:
    """Of a place on the sky: errors east and north, arcsec, and their correlation.

    The object's own are along its motion and across it; those of the chip's astrometry are alike all round.
    """
    sine, cosine = math.sin(math.radians(position_angle_deg)), math.cos(math.radians(position_angle_deg))
    along, across, of_chip = (
        error**2
        for error in (
            sighting.error_along_pixels * PIXEL_SCALE_ARCSEC,
            sighting.error_across_pixels * PIXEL_SCALE_ARCSEC,
            astrometry_rms_arcsec,
        )
    )
    east = math.sqrt(along * sine**2 + across * cosine**2 + of_chip)
    north = math.sqrt(along * cosine**2 + across * sine**2 + of_chip)
    return east, north, (along - across) * sine * cosine / (east * north)


def _row(
    tracklet: Tracklet, sighting: Sighting, astrometry_rms_arcsec: float, exposure_seconds: float
) -> str:
    assert sighting.ra_deg is not None
    assert sighting.dec_deg is not None
    east, north, correlation = _errors(sighting, tracklet.position_angle_deg or 0.0, astrometry_rms_arcsec)
    magnitude, magnitude_error = "", ""
    if tracklet.magnitude is not None:
        magnitude = f"{tracklet.magnitude:.1f}"
        if tracklet.magnitude_error is not None:
            magnitude = f"{tracklet.magnitude:.2f}"
            magnitude_error = f"{max(tracklet.magnitude_error, SMALLEST_ERROR_MAG):.2f}"
    values = {
        "trkSub": tracklet.tracklet_id,
        "mode": "CMO",
        "stn": MPC_CODE,
        "obsTime": f"{isot(round(sighting.time_us, -3), 3)}Z",
        "ra": f"{round(sighting.ra_deg, 6) % 360:.6f}",
        "dec": f"{sighting.dec_deg:+.6f}",
        "rmsRA": f"{east:.3f}",
        "rmsDec": f"{north:.3f}",
        "rmsCorr": f"{correlation:.2f}",
        "astCat": CATALOGUE,
        "mag": magnitude,
        "rmsMag": magnitude_error,
        "band": "C" if magnitude else "",
        "logSNR": f"{math.log10(max(tracklet.signal_to_noise, 0.01)):.2f}",
        "exp": f"{exposure_seconds:.2f}",
        "remarks": f"{tracklet.rate_arcsec_per_second or 0:.3f} arcsec/s score {tracklet.score:.1f}",
    }
    return "|".join(values[column] for column in COLUMNS)


def _person(name: str) -> str:
    """A name as ADES has it, initials and family name, from what a recipe says."""
    words = re.findall(r"[A-Za-z][A-Za-z'.-]*", name)
    if not words:
        return "K. Observatory"
    if len(words) == 1:
        return f"{words[0][0]}. {words[0]}"
    initials = " ".join(f"{word[0].upper()}." for word in words[:-1])
    return f"{initials} {words[-1]}"

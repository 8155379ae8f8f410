"""The truth file: a FITS file of tables beside the simulated data, which the pipeline never reads.

Primary header: true boresight, what light came in and how it was dimmed, zero point, PSF, and the true WCS
(TAN-SIP of order 3; `read_true_wcs`). Tables STARS, FRAMES, MOVERS and COSMIC_RAYS (empty ones included) open
with `astropy.table.Table.read(path, hdu="STARS")`; `true_chip` reads all of it. RA and DEC of STARS are those
of the time of the exposure. Pixels are 0-based, of the imaging area.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.photometry import electrons_per_second
from adapters.simulator.sky.psf import MoffatPsf
from adapters.simulator.sky.render import ChipTruth
from tomoe_es.camera.frame_geometry import FULL_WELL_E, frame_seconds
from tomoe_es.transfer.header import add_wcs

_Column = tuple[str, str, str | None, Sequence[Any] | NDArray[Any]]
"""Name, FITS format, unit, values."""

NAME_FORMAT: Final = "32A"


def write_truth(path: Path, truth: ChipTruth) -> None:
    """Write what was true for one chip of one exposure, replacing the file.

    The same truth gives the same bytes.
    """
    tables = [_stars(truth), _frames(truth), _movers(truth), _cosmic_rays(truth)]
    fits.HDUList([fits.PrimaryHDU(header=_header(truth)), *tables]).writeto(path, overwrite=True)


def read_true_wcs(path: Path) -> WCS:
    """Where the sky truly fell on the chip, for `all_pix2world` and `all_world2pix`."""
    header = fits.getheader(path)
    del header["NAXIS"]  # that there is no image in this unit
    return WCS(header)


def _header(truth: ChipTruth) -> fits.Header:
    request = truth.request
    header = fits.Header()
    for keyword, value, comment in (
        ("TRUERA", request.true_ra_deg, "[deg] where the boresight was"),
        ("TRUEDEC", request.true_dec_deg, "[deg] where the boresight was"),
        ("EXP_ID", request.exposure_number, "exposure number"),
        ("DET_ID", request.det_id, "100 x quadrant + chip"),
        ("DATA-TYP", request.data_type, ""),
        ("DISTORT", request.distortion, "radial distortion at 4.5 degrees, relative"),
        ("PRESSURE", request.air.pressure_hpa, "[hPa] of the air, for its refraction"),
        ("TMPAIR", request.air.temperature_c, "[deg C] of the air, for its refraction"),
        ("SEED", request.seed, "seed of the simulation"),
        ("SKYLIGHT", math.isfinite(request.sky_mag_arcsec2), "whether light of the sky came in"),
        ("RESPONSE", truth.response, "of the chip; 1 amid the field"),
        ("TWILIGHT", request.flat_e_per_second, "[electron / s] of a FLAT"),
        ("ZEROMAG", truth.zero_point_mag, "[mag] star of 1 electron a second"),
        ("FWHM", truth.fwhm_arcsec, "[arcsec] PSF with defocus"),
        ("FOCOFF", request.focus_offset_mm, "[mm] distance from best focus"),
        ("TMPSENS", request.sensor_temperature_k, "[K] sensor"),
        ("EXPTIME1", request.exposure_seconds, "[s] one frame"),
    ):
        header[keyword] = (value, comment)
    if math.isfinite(request.sky_mag_arcsec2):
        header["SKYMAG"] = (request.sky_mag_arcsec2, "[mag / arcsec2] of the clear sky")
    add_wcs(header, truth.wcs)
    return header


def _stars(truth: ChipTruth) -> fits.BinTableHDU:
    stars = truth.stars
    if stars is None:
        ra = dec = magnitude = x = y = np.empty(0)
        from_tycho2 = np.empty(0, dtype=bool)
    else:
        ra, dec, magnitude, x, y = stars.ra_deg, stars.dec_deg, stars.magnitude, stars.x, stars.y
        from_tycho2 = stars.from_tycho2
    peak_e = MoffatPsf.of_fwhm_arcsec(truth.fwhm_arcsec).peak * truth.request.exposure_seconds
    saturated = [electrons_per_second(each) * peak_e > FULL_WELL_E for each in magnitude]
    return _table(
        "STARS",
        ("RA", "D", "deg", ra),
        ("DEC", "D", "deg", dec),
        ("MAG", "E", "mag", magnitude),
        ("X", "D", "pix", x),
        ("Y", "D", "pix", y),
        ("TYCHO2", "L", None, from_tycho2),
        ("SATURATED", "L", None, saturated),
    )


def _frames(truth: ChipTruth) -> fits.BinTableHDU:
    request = truth.request
    step_us = frame_seconds(request.exposure_seconds) * 1e6
    frames = range(request.nframe)
    return _table(
        "FRAMES",
        ("FRAME", "J", None, list(frames)),
        ("START_US", "K", "us", [request.start_time_us + round(frame * step_us) for frame in frames]),
        ("TRANSPARENCY", "D", None, request.transparency),
    )


def _movers(truth: ChipTruth) -> fits.BinTableHDU:
    movers = truth.movers
    return _table(
        "MOVERS",
        ("NAME", NAME_FORMAT, None, [mover.name for mover in movers]),
        ("FRAME", "J", None, [mover.frame for mover in movers]),
        ("TIME_US", "K", "us", [mover.time_us for mover in movers]),
        ("RA", "D", "deg", [mover.ra_deg for mover in movers]),
        ("DEC", "D", "deg", [mover.dec_deg for mover in movers]),
        ("X", "D", "pix", [mover.x for mover in movers]),
        ("Y", "D", "pix", [mover.y for mover in movers]),
        ("MAG", "E", "mag", [mover.magnitude for mover in movers]),
    )


def _cosmic_rays(truth: ChipTruth) -> fits.BinTableHDU:
    rays = truth.cosmic_rays
    return _table(
        "COSMIC_RAYS",
        ("FRAME", "J", None, [ray.frame for ray in rays]),
        ("X", "D", "pix", [ray.x for ray in rays]),
        ("Y", "D", "pix", [ray.y for ray in rays]),
        ("ANGLE", "E", "deg", [ray.angle_deg for ray in rays]),
        ("LENGTH", "E", "pix", [ray.length_pixels for ray in rays]),
        ("ELECTRONS", "E", None, [ray.electrons for ray in rays]),
    )


def _table(name: str, *columns: _Column) -> fits.BinTableHDU:
    return fits.BinTableHDU.from_columns(
        [
            fits.Column(name=title, format=form, unit=unit, array=values)
            for title, form, unit, values in columns
        ],
        name=name,
    )

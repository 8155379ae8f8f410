"""The catalogue of a stack as a FITS table, with units and UCDs (IVOA UCD1+, in TUCDn as in fits2vot)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.reduction.zero_point import ZeroPoint

_MAG_OF_E_FOLD = 2.5 / np.log(10)


class _Column(NamedTuple):
    name: str
    form: str
    unit: str | None
    ucd: str
    comment: str
    values: NDArray[np.generic]


def source_table(sources: NDArray[np.void], wcs: WCS | None, zero: ZeroPoint | None) -> fits.BinTableHDU:
    """Catalogue of sources (photometry.SOURCE_TYPE), positions 1-based as in FITS.

    Sky positions only with a WCS, magnitudes only with a zero point.
    """
    columns = [
        _Column("X", "D", "pixel", "pos.cartesian.x;instr.det", "windowed centroid", sources["x"] + 1),
        _Column("Y", "D", "pixel", "pos.cartesian.y;instr.det", "windowed centroid", sources["y"] + 1),
    ]
    if wcs is not None:
        ra, dec = wcs.wcs_pix2world(sources["x"], sources["y"], 0)
        columns += [
            _Column("RA", "D", "deg", "pos.eq.ra;meta.main", "ICRS", ra),
            _Column("DEC", "D", "deg", "pos.eq.dec;meta.main", "ICRS", dec),
        ]
    optimal, error = sources["optimal_flux"], sources["optimal_error"]
    columns += [
        _Column("FLUX", "D", "count", "phot.count", "circle of 4.5 pixels", sources["flux"]),
        _Column("FLUXERR", "D", "count", "stat.error;phot.count", "of FLUX", sources["flux_error"]),
        _Column("FLUXOPT", "D", "count", "phot.count", "optimal, on the scale of FLUX", optimal),
        _Column("FLUXOERR", "D", "count", "stat.error;phot.count", "of FLUXOPT", error),
    ]
    if zero is not None:
        magnitude = zero.magnitudes(optimal)
        magnitude_error = np.where(optimal > 0, _MAG_OF_E_FOLD * error / np.abs(optimal), np.nan)
        columns += [
            _Column("MAG", "E", "mag", "phot.mag;em.opt", "of FLUXOPT", magnitude),
            _Column("MAGERR", "E", "mag", "stat.error;phot.mag", "without the zero point's", magnitude_error),
        ]
    columns += [
        _Column("PEAK", "E", "count", "phot.count;stat.max", "brightest pixel", sources["peak"]),
        _Column("FWHM", "E", "pixel", "phys.angSize", "from half the light", sources["fwhm"]),
        _Column("ELLIP", "E", None, "src.ellipticity", "1 - minor / major axis", sources["ellipticity"]),
        _Column("FLAGS", "I", None, "meta.code.qual", "of Source Extractor", sources["flags"]),
        _Column("SATURAT", "L", None, "meta.code.qual", "full in a frame", sources["saturated"]),
    ]
    table = fits.BinTableHDU.from_columns(
        [fits.Column(each.name, each.form, unit=each.unit, array=each.values) for each in columns],
        name="SOURCES",
    )
    for number, column in enumerate(columns, start=1):
        table.header.comments[f"TTYPE{number}"] = column.comment
        table.header.set(f"TUCD{number}", column.ucd, after=f"TFORM{number}")
    return table

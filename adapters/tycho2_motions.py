"""Proper motions of the Tycho-2 stars, which Debian's index files lack, and their places in a year.

A file of them is a FITS table with columns PMRA (in arc, not in right ascension) and PMDEC, mas a year, one
row a star in the order of the index of scale 07, and PMERR, their error, in its header.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from adapters.tycho2_index import read_stars
from tomoe_es.errors import TomoeError

J2000: Final = 2000.0
MAS: Final = np.radians(1 / 3.6e6)
ERROR_AT_J2000_ARCSEC: Final = 0.03
"""Of a position on an axis, of stars of 10 to 11 mag (Hog et al. 2000, A&A 355, L27)."""
USUAL_MOTION_MAS: Final = 15.0
"""A year, on an axis: how wrong it is to leave proper motion out."""
QUARTER_CENTURY_YEARS: Final = 25.0


class MotionsUnusable(TomoeError):
    """The file of proper motions is not what it should be."""

    what_to_do = "make the file of proper motions anew, or leave it away"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the proper motions of {path} can't be used ({reason}): make the file anew")


@dataclass(frozen=True, slots=True)
class MovedStars:
    """Unit vectors (n, 3) in a year, VT magnitudes (n,), and the error of a position on an axis, arcsec."""

    vector: NDArray[np.float64]
    magnitude: NDArray[np.float32]
    error_arcsec: float


def stars_at(index: Path, year: float, motions: Path | None) -> MovedStars:
    """The stars of an index in a year. Raises StarIndexDamaged, MotionsUnusable.

    Without motions the places are those of J2000, as wrong as a quarter of a century makes them.
    """
    vector, magnitude = read_stars(index)
    if motions is None:
        error = float(np.hypot(ERROR_AT_J2000_ARCSEC, USUAL_MOTION_MAS * QUARTER_CENTURY_YEARS / 1000))
        return MovedStars(vector, magnitude, error)
    mas_a_year, error_mas = read_motions(motions)
    if len(mas_a_year) != len(vector):
        raise MotionsUnusable(motions, f"it has {len(mas_a_year)} rows for {len(vector)} stars")
    years = year - J2000
    error = float(np.hypot(ERROR_AT_J2000_ARCSEC, error_mas * years / 1000))
    return MovedStars(moved(vector, mas_a_year, years), magnitude, error)


def moved(vector: NDArray[np.float64], mas_a_year: NDArray[np.float32], years: float) -> NDArray[np.float64]:
    """Unit vectors (n, 3) after so many years of motion (n, 2), mas a year to the east and to the north."""
    x, y, _ = vector.T
    across = np.hypot(x, y)
    east = np.column_stack([-y, x, np.zeros_like(x)]) / across[:, None]
    north = np.cross(vector, east)
    way = mas_a_year.astype(np.float64) * (years * MAS)
    there = vector + way[:, :1] * east + way[:, 1:] * north
    return np.asarray(there / np.linalg.norm(there, axis=1, keepdims=True))


def write_motions(path: Path, mas_a_year: NDArray[np.float32], error_mas: float) -> None:
    """Write a file of proper motions, complete or not at all."""
    columns = [
        fits.Column(name, "E", unit="mas/yr", array=mas_a_year[:, axis])
        for axis, name in enumerate(("PMRA", "PMDEC"))
    ]
    table = fits.BinTableHDU.from_columns(columns)
    table.header["PMERR"] = (error_mas, "[mas/yr] error of a motion on an axis")
    part = path.with_suffix(".part")
    table.writeto(part, overwrite=True)
    part.replace(path)


def read_motions(path: Path) -> tuple[NDArray[np.float32], float]:
    """Motions (n, 2), mas a year to the east and to the north, and their error. Raises MotionsUnusable."""
    try:
        with fits.open(path) as hdus:
            table, error_mas = hdus[1].data, float(hdus[1].header["PMERR"])
            return np.column_stack([table["PMRA"], table["PMDEC"]]).astype(np.float32), error_mas
    except (OSError, KeyError, IndexError, ValueError) as error:
        raise MotionsUnusable(path, str(error)) from error


@lru_cache(maxsize=8)
def digest_of(path: Path) -> str:
    """SHA-256 of a file of motions. Raises MotionsUnusable."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise MotionsUnusable(path, str(error)) from error

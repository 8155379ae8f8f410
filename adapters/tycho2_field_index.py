"""Indexes of small quads for the sky that is observed, built from the Tycho-2 stars of Debian's index.

Debian's indexes for bright stars have no quads smaller than 22', of which few fit on a chip of 39' x 22'.
Those down to a third of that are built here in a second for the fields of a night, of the places of the
stars in that year: proper motion takes them half an arcsec away in a quarter of a century.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from adapters.tycho2_index import (
    DEBIAN_INDEX_FOLDER,
    RICHEST_SCALE,
    StarIndexDamaged,
    StarIndexMissing,
    index_file,
    sky_deg,
)
from adapters.tycho2_motions import J2000, MotionsUnusable, MovedStars, digest_of, stars_at
from tomoe_es.reduction.astrometric_solver import CatalogueStars
from tomoe_es.reduction.conditions import SolverUnavailable

Field = tuple[float, float, float]
"""Right ascension, declination and radius of a part of the sky, degrees."""

BUILDER = "build-astrometry-index"
BUILDS = tuple((scale, stars) for scale in (4, 5, 6, 7) for stars in (3, 4))
"""Preset scale (4: 8' to 11' ... 7: 22' to 30') and stars of a quad of each index built."""
PASSES = 32
REUSES = 64
NO_QUADS = b"Did not create any quads"
FORM = "2"
"""Part of the cache's key: raise it when the way of building changes."""
STAR_LIST = "stars.fits"
"""The stars that an index was built of, brightest first: beside it, and read by the reduction."""


def debian_index(scale: int, folder: Path = DEBIAN_INDEX_FOLDER) -> Path:
    """Debian's Tycho-2 index of a preset scale. Raises SolverUnavailable with the line that installs it."""
    try:
        return index_file(scale, folder)
    except StarIndexMissing as error:
        raise SolverUnavailable(str(error)) from error


def build_field_index(
    fields: Iterable[Field],
    out_folder: Path,
    index_folder: Path = DEBIAN_INDEX_FOLDER,
    *,
    year: float = J2000,
    motions: Path | None = None,
) -> Path:
    """Folder with the indexes for these fields and their list of stars, built unless it is there already.

    A field should reach beyond the chips by the pointing's error. `motions` is a file of proper motions as
    `tycho2_motions` has them. The folder's name follows from what was asked for, and it appears complete or
    not at all, so several processes may ask at once. Raises SolverUnavailable when the builder or Debian's
    index is missing or fails.
    """
    request = sorted({(round(ra, 4) % 360, round(dec, 4), round(radius, 4)) for ra, dec, radius in fields})
    source = debian_index(RICHEST_SCALE, index_folder)
    moved = (year, digest_of(motions)) if motions is not None else ()
    key = repr((FORM, BUILDS, PASSES, REUSES, source.stat().st_size, moved, request))
    folder = out_folder.resolve() / f"tycho2-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    builder = shutil.which(BUILDER)
    if builder is None:
        raise SolverUnavailable(
            f"the program {BUILDER} isn't installed: install it with `apt-get install astrometry.net`"
        )
    out_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=out_folder.resolve()) as name:
        work = Path(name)
        done = work / "done"
        done.mkdir(mode=0o755)
        try:
            stars = stars_at(source, year, motions)
        except (StarIndexDamaged, MotionsUnusable) as error:
            raise SolverUnavailable(str(error)) from error
        _write_stars(*_within(request, stars), stars.error_arcsec, done / STAR_LIST)
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            list(threads.map(lambda build: _build(Path(builder), work, *build), BUILDS))
        try:
            done.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder


@lru_cache(maxsize=64)
def read_star_list(folder: Path) -> CatalogueStars:
    """The stars of an index folder, brightest first, with a digest of what is in the list."""
    with fits.open(folder / STAR_LIST) as hdus:
        table, error_arcsec = hdus[1].data, float(hdus[1].header["POSERR"])
        sky_deg = np.column_stack([table["RA"], table["DEC"]]).astype(np.float64)
        magnitude = np.asarray(table["MAG_VT"], dtype=np.float64)
    digest = hashlib.sha256(sky_deg.tobytes() + magnitude.tobytes() + repr(error_arcsec).encode())
    return CatalogueStars(sky_deg, magnitude, error_arcsec, digest.hexdigest())


def _within(fields: list[Field], stars: MovedStars) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Positions (n, 2), degrees, and magnitudes of the stars that lie in any of these fields."""
    inside = np.zeros(len(stars.vector), dtype=bool)
    for ra_deg, dec_deg, radius_deg in fields:
        ra, dec = np.radians(ra_deg), np.radians(dec_deg)
        axis = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
        inside |= stars.vector @ axis >= np.cos(np.radians(radius_deg))
    magnitude = stars.magnitude[inside]
    order = np.argsort(magnitude, kind="stable")
    return np.column_stack(sky_deg(stars.vector[inside]))[order], magnitude[order]


def _write_stars(
    positions_deg: NDArray[np.float64], magnitude: NDArray[np.float32], error_arcsec: float, path: Path
) -> None:
    columns = [
        fits.Column("RA", "D", array=positions_deg[:, 0], unit="deg"),
        fits.Column("DEC", "D", array=positions_deg[:, 1], unit="deg"),
        fits.Column("MAG_VT", "E", array=magnitude, unit="mag"),
    ]
    table = fits.BinTableHDU.from_columns(columns)
    table.header["POSERR"] = (error_arcsec, "[arcsec] error of a position on an axis")
    table.writeto(path)


def _build(builder: Path, work: Path, scale: int, stars: int) -> None:
    """Build one index, unless these stars form no quad of its scale; `-E` looks only where stars are."""
    out = work / "done" / f"index-{scale:02d}-{stars}.fits"
    options = {
        "-i": f"done/{STAR_LIST}",
        "-o": str(out),
        "-d": str(stars),
        "-P": f"{scale:02d}",
        "-S": "MAG_VT",
    }
    options |= {"-B": "0.1", "-r": "1", "-p": str(PASSES), "-R": str(REUSES), "-I": f"9{stars}{scale:02d}"}
    command = [str(builder), *(word for pair in options.items() for word in pair), "-E", "-M"]
    ran = subprocess.run(
        command, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=1800
    )
    if NO_QUADS in ran.stdout:
        out.unlink(missing_ok=True)
    elif ran.returncode != 0 or not out.is_file():
        tail = (ran.stderr or ran.stdout).decode(errors="replace").strip().splitlines()[-3:]
        raise SolverUnavailable(f"{BUILDER} ended with {ran.returncode}: {' / '.join(tail)}")

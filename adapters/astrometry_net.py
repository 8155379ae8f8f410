"""astrometry.net as the astrometric solver: `astrometry-engine` run as a program on an augmented xylist.

`solve-field` spends most of its time on things that aren't needed here; the .axy that it would write is
written directly (keywords as in solve-field's own, version 0.93).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from adapters.tycho2_field_index import read_star_list
from tomoe_es.reduction.astrometry import CatalogueStars, FieldHint, Match
from tomoe_es.reduction.conditions import AstrometryFailed, SolverTimedOut, SolverUnavailable

ENGINE = "astrometry-engine"
SHARED_MEMORY = Path("/dev/shm")

CODE_TOLERANCE = 0.005
POSITION_ERROR_PIXELS = 0.3
ODDS_TO_SOLVE = 1e6

MAGNITUDE = "MAG_VT"

CPU_LIMIT_REACHED = b"CPU time limit reached"
_BUSY = "look at the machine's load; the job can be repeated"


@dataclass(frozen=True, slots=True)
class AstrometryNet:
    """The installed solver; picklable, so that worker processes can have it."""

    engine: Path
    index_folder: Path
    scratch: Path
    cpu_seconds: int = 30
    wall_seconds: float = 60.0

    def stars(self, hint: FieldHint) -> CatalogueStars:
        """The stars that the indexes were built of; see `AstrometricSolver`."""
        every = read_star_list(self.index_folder)
        ra, dec = np.radians(every.sky_deg).T
        middle_ra, middle_dec = np.radians((hint.ra_deg, hint.dec_deg))
        half_chord_squared = (
            np.sin((dec - middle_dec) / 2) ** 2
            + np.cos(dec) * np.cos(middle_dec) * np.sin((ra - middle_ra) / 2) ** 2
        )
        near = half_chord_squared < np.sin(np.radians(hint.radius_deg) / 2) ** 2
        return CatalogueStars(every.sky_deg[near], every.magnitude[near], every.error_arcsec, every.digest)

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Match:
        """Pair sources with catalogue stars; see `tomoe_es.reduction.astrometry.AstrometricSolver`."""
        with tempfile.TemporaryDirectory(prefix=f"astrometry-{os.getpid()}-", dir=self.scratch) as folder:
            work = Path(folder)
            _augmented_xylist(xy, image_size, hint, self.cpu_seconds).writeto(work / "field.axy")
            (work / "engine.cfg").write_text(
                "".join(
                    [f"cpulimit {self.cpu_seconds}\n", "inparallel\n"]
                    + [f"index {path}\n" for path in sorted(self.index_folder.glob("index-*.fits"))]
                )
            )
            self._run(work)
            if not (work / "solved").exists():
                raise AstrometryFailed(f"the {len(xy)} brightest sources don't fit the catalogue")
            return _match(work, len(xy))

    def _run(self, work: Path) -> None:
        try:
            done = subprocess.run(
                [self.engine, "--config", "engine.cfg", "field.axy"],
                cwd=work,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self.wall_seconds,
                check=False,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": str(work)},
            )
        except subprocess.TimeoutExpired as error:
            raise SolverTimedOut(f"{ENGINE} did not end within {self.wall_seconds} s: {_BUSY}") from error
        except OSError as error:
            raise SolverUnavailable(f"{self.engine} can't be run ({error}): {_install_line()}") from error
        if CPU_LIMIT_REACHED in done.stdout and not (work / "solved").exists():
            raise SolverTimedOut(f"{ENGINE} did not end within {self.cpu_seconds} s of CPU time: {_BUSY}")
        if done.returncode != 0:
            tail = done.stdout.decode(errors="replace").strip().splitlines()[-3:]
            raise SolverUnavailable(f"{ENGINE} ended with {done.returncode}: {' / '.join(tail)}")


def installed_solver(index_folder: Path, scratch: Path | None = None) -> AstrometryNet:
    """The solver with the indexes of a folder made by `build_field_index`.

    Raises SolverUnavailable, with the line that installs what is missing.
    """
    engine = shutil.which(ENGINE)
    if engine is None:
        raise SolverUnavailable(f"the program {ENGINE} isn't installed: {_install_line()}")
    if scratch is None:
        scratch = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    return AstrometryNet(Path(engine), index_folder.resolve(), scratch)


def _augmented_xylist(
    xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint, cpu_seconds: int
) -> fits.HDUList:
    head = fits.Header()
    head["IMAGEW"], head["IMAGEH"] = image_size
    head["ANRUN"] = True
    head["ANCLIM"] = cpu_seconds
    head["ANXCOL"], head["ANYCOL"] = "X", "Y"
    head["ANVERUNI"], head["ANVERDUP"] = False, False
    head["ANODDSSL"] = ODDS_TO_SOLVE
    head["ANAPPL1"], head["ANAPPU1"] = hint.scale_low_arcsec, hint.scale_high_arcsec
    head["ANQSFMIN"] = 0.2
    head["ANCRPIXC"], head["ANTWEAK"] = True, False
    head["ANSOLVED"], head["ANMATCH"] = "solved", "match.fits"
    head["ANRDLS"], head["ANWCS"], head["ANCORR"] = "rdls.fits", "wcs.fits", "corr.fits"
    head["ANCTOL"], head["ANPOSERR"] = CODE_TOLERANCE, POSITION_ERROR_PIXELS
    head["ANPARITY"] = "POS"
    head["ANTAGALL"] = True  # the magnitudes go with the pairs
    head["ANERA"], head["ANEDEC"], head["ANERAD"] = hint.ra_deg, hint.dec_deg, hint.radius_deg
    head["ANDPL1"], head["ANDPU1"] = 1, max(len(xy), 1)
    columns = [fits.Column("X", "D", array=xy[:, 0]), fits.Column("Y", "D", array=xy[:, 1])]
    return fits.HDUList([fits.PrimaryHDU(header=head), fits.BinTableHDU.from_columns(columns)])


def _match(work: Path, sources: int) -> Match:
    pairs = fits.getdata(work / "corr.fits", 1)
    log_odds = float(fits.getdata(work / "match.fits", 1)["LOGODDS"][0])
    source = np.asarray(pairs["field_id"], dtype=np.int64)
    sky_deg = np.column_stack([pairs["index_ra"], pairs["index_dec"]]).astype(np.float64)
    sure = np.asarray(pairs["match_weight"]) > 0.5
    if source.size and not (source.min() >= 0 and source.max() < sources):
        raise AstrometryFailed("the solver's pairs name sources that were not given")
    known = MAGNITUDE in pairs.dtype.names
    magnitude = np.asarray(pairs[MAGNITUDE] if known else np.full(len(pairs), np.nan), dtype=np.float64)
    return Match(source[sure], sky_deg[sure], log_odds, magnitude[sure])


def _install_line() -> str:
    return "install it with `apt-get install astrometry.net astrometry-data-tycho2`"

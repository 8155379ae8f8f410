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
from numpy.typing import NDArray

from adapters.brief_fits import read_table, write_table
from adapters.tycho2_field_index import read_star_list
from tomoe_es.reduction.astrometric_solver import CatalogueStars, FieldHint, Pairs
from tomoe_es.reduction.conditions import AstrometryFailed, SolverTimedOut, SolverUnavailable

ENGINE = "astrometry-engine"
SHARED_MEMORY = Path("/dev/shm")

CODE_TOLERANCE = 0.005
POSITION_ERROR_PIXELS = 0.3
ODDS_TO_SOLVE = 1e6

PAIRS = "corr.fits"
"""The engine's file of sources and the stars that they are."""

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

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Pairs:
        """Pair sources with catalogue stars; see the port `AstrometricSolver`."""
        with tempfile.TemporaryDirectory(prefix=f"astrometry-{os.getpid()}-", dir=self.scratch) as folder:
            work = Path(folder)
            _write_augmented_xylist(work / "field.axy", xy, image_size, hint, self.cpu_seconds)
            (work / "engine.cfg").write_text(
                "".join(
                    [f"cpulimit {self.cpu_seconds}\n", "inparallel\n"]
                    + [f"index {path}\n" for path in sorted(self.index_folder.glob("index-*.fits"))]
                )
            )
            self._run(work)
            if not (work / "solved").exists():
                raise AstrometryFailed(f"the {len(xy)} brightest sources don't fit the catalogue")
            return _pairs(work / PAIRS, len(xy))

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


def _write_augmented_xylist(
    path: Path, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint, cpu_seconds: int
) -> None:
    cards: dict[str, object] = {
        "IMAGEW": image_size[0],
        "IMAGEH": image_size[1],
        "ANRUN": True,
        "ANCLIM": cpu_seconds,
        "ANXCOL": "X",
        "ANYCOL": "Y",
        "ANVERUNI": False,
        "ANVERDUP": False,
        "ANODDSSL": ODDS_TO_SOLVE,
        "ANAPPL1": hint.scale_low_arcsec,
        "ANAPPU1": hint.scale_high_arcsec,
        "ANQSFMIN": 0.2,
        "ANCRPIXC": True,
        "ANTWEAK": False,
        "ANSOLVED": "solved",
        "ANCORR": PAIRS,
        "ANCTOL": CODE_TOLERANCE,
        "ANPOSERR": POSITION_ERROR_PIXELS,
        "ANPARITY": "POS",
        "ANERA": hint.ra_deg,
        "ANEDEC": hint.dec_deg,
        "ANERAD": hint.radius_deg,
        "ANDPL1": 1,
        "ANDPU1": max(len(xy), 1),
    }
    write_table(path, cards, {"X": xy[:, 0], "Y": xy[:, 1]})


def _pairs(path: Path, sources: int) -> Pairs:
    pairs = read_table(path)
    source = np.asarray(pairs["field_id"], dtype=np.int64)
    sky_deg = np.column_stack([pairs["index_ra"], pairs["index_dec"]]).astype(np.float64)
    sure = np.asarray(pairs["match_weight"]) > 0.5
    if source.size and not (source.min() >= 0 and source.max() < sources):
        raise AstrometryFailed("the solver's pairs name sources that were not given")
    return Pairs(source[sure], sky_deg[sure])


def _install_line() -> str:
    return "install it with `apt-get install astrometry.net astrometry-data-tycho2`"

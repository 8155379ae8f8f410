"""Astrometry's figures: `python -m benchmarks.astrometry --chips 100 --listed 500 --out FILE`."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.star_indexes import MOTIONS, SkyIndexes
from benchmarks.astrometry.fields import (
    FRAMES,
    FROM_US,
    LATITUDES,
    LISTED_ERROR_PIXELS,
    POINTING_ERROR_ARCSEC,
    Chip,
    chips,
    largest_error_arcsec,
    listed_sources,
    measured_sources,
)
from tomoe_es.reduction.astrometric_solver import FieldHint
from tomoe_es.reduction.astrometry import solve_chip
from tomoe_es.reduction.conditions import AstrometryFailed

WRONG_ARCSEC = 1.0

Sources = Callable[[Chip], NDArray[np.float64]]


@dataclass
class Tally:
    """What became of the chips of one kind."""

    name: str
    chips: int = 0
    proposers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    rms_arcsec: list[float] = field(default_factory=list)
    errors_arcsec: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """Solutions off by more than an arcsec somewhere on the chip."""
        return sum(each > WRONG_ARCSEC for each in self.errors_arcsec)

    def row(self) -> str:
        """As a row of the table."""
        solved = len(self.errors_arcsec)
        parts = [self.name, f"{self.chips}", f"{solved} ({solved / self.chips:.1%})", f"{self.wrong}"]
        parts.append(", ".join(f"{name} {count}" for name, count in self.proposers.most_common()) or "none")
        if solved:
            errors = f"{np.median(self.errors_arcsec):.3f} / {np.percentile(self.errors_arcsec, 95):.3f}"
            parts += [f"{np.median(self.rms_arcsec):.3f}", errors]
        else:
            parts += ["", ""]
        for times in (self.seconds, self.cpu_seconds):
            parts.append(f"{1000 * np.median(times):.0f} / {1000 * np.percentile(times, 95):.0f}")
        return "| " + " | ".join(parts) + " |"


def tallied(name: str, exposed: Iterable[Chip], sources: Sources, solver: SkyIndexes) -> Tally:
    """Solve chips, and hold the solutions against the truth."""
    tally = Tally(name)
    for chip in exposed:
        predicted, xy = chip.predicted, sources(chip)
        solver.stars(FieldHint(*predicted.wcs.crval, 0.1, 1.0, 1.4))  # builds the index
        tally.chips += 1
        began, cpu = time.perf_counter(), _cpu_seconds()
        try:
            found = solve_chip(xy, predicted, solver)
        except AstrometryFailed as error:
            tally.failures.append(str(error))
        else:
            tally.proposers[found.proposer] += 1
            tally.rms_arcsec.append(found.rms_arcsec)
            tally.errors_arcsec.append(largest_error_arcsec(chip, found.wcs))
        tally.seconds.append(time.perf_counter() - began)
        tally.cpu_seconds.append(_cpu_seconds() - cpu)
    return tally


def _cpu_seconds() -> float:
    """Of this process and the solver's programs that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def say(tally: Tally) -> None:
    """Show the figures at once, and why chips were not solved."""
    sys.stdout.write("\n  ".join([tally.row(), *(tally.failures if tally.errors_arcsec else ())]) + "\n")
    sys.stdout.flush()


def _of_another_sky(chip: Chip) -> NDArray[np.float64]:
    """Sources that have nothing to do with where the chip looks."""
    random = np.random.default_rng(chip.request.exposure_number)
    return random.uniform((0, 0), (2000, 1128), (300, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chips", type=int, default=100, help="rendered, of each latitude")
    parser.add_argument("--listed", type=int, default=500, help="without pixels, of each latitude")
    parser.add_argument("--indexes", type=Path, help="folder in which star indexes are kept")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="astrometry-bench-") as scratch:
        folder = given.indexes or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        give_catalogue_motions(folder / MOTIONS)
        solver = SkyIndexes.at(folder, FROM_US)
        tallies = []
        for name, latitudes in LATITUDES.items():
            plans: list[tuple[str, int, Sources]] = [
                ("rendered", given.chips, measured_sources),
                ("without pixels", given.listed, listed_sources),
                ("sources at random", given.chips // 2, _of_another_sky),
            ]
            for seed, (kind, count, sources) in enumerate(plans, start=1):
                if count:
                    exposed = chips(latitudes, count, seed)
                    tallies.append(tallied(f"\\|b\\| {name}, {kind}", exposed, sources, solver))
                    say(tallies[-1])
    if given.out is not None:
        given.out.write_text(page(tallies))


def page(tallies: list[Tally]) -> str:
    """The page of the figures."""
    wrong, every = sum(each.wrong for each in tallies), sum(each.chips for each in tallies)
    rows = "\n".join(each.row() for each in tallies)
    header = (
        "| chips | of them | solved | wrong | by | rms, arcsec | error median / 95 %, arcsec "
        "| ms median / 95 % | CPU ms median / 95 % |"
    )
    return f"""# Astrometry: solved, wrong, error, time

<!-- Written by `make bench-astrometry`. -->

Chips of the simulated sky: anywhere on the camera, above 30 degrees of altitude, at any time of 2026. The
mount is off by {POINTING_ERROR_ARCSEC:g} arcsec on each axis; distortion and air are known only nearly; stars
have moved since J2000, and the catalogue's proper motions have an error of 2.5 mas a year. Rendered chips are
stacks of {FRAMES - 1} frames of 0.5 s; without pixels the sources are the true places with an error of
{LISTED_ERROR_PIXELS:g} pixel on each axis. Errors are the largest of the chip's corners and middle against
the truth; a solution is wrong from {WRONG_ARCSEC:g} arcsec on. Times are of the solver alone.

**{wrong} wrong of {every} chips.**

{header}
|{"---|" * header.count(" | ")}---|
{rows}
"""


if __name__ == "__main__":
    main()

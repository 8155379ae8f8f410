"""Star indexes for the sky that is observed, built on the workers while the recipes still wait.

The sky is divided into cells. As soon as a recipe is known, the indexes of the cells that its chips will
fall into are made; what became of each is recorded with the digest of its stars, which every solution names.
A chip whose index is not there yet builds it itself, and waits for it: nothing that moves the telescope ever
does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.astrometry_net import AstrometryNet, installed_solver
from adapters.engines.process_pool import ProcessPool
from adapters.tycho2_field_index import Field, build_field_index, read_star_list
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.clock import DAY, MINUTE, year_of
from tomoe_es.control.ports import Effects, HoldingTimers, Recorder
from tomoe_es.errors import TomoeError
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeSubmitted
from tomoe_es.events.reduction import StarIndexBuilt
from tomoe_es.recipe.operations import operation_of
from tomoe_es.recipe.targets import targets_of
from tomoe_es.reduction.astrometric_solver import CatalogueStars, FieldHint, Pairs
from tomoe_es.reduction.engine import WorkerRaised
from tomoe_es.scheduling.sky import separation_arcsec

NAME: Final = "star indexes"
CELL_DEG: Final = 3.0
"""Size of the parts of the sky for each of which a star index is built."""
REACH_DEG: Final = 0.5
"""Over a cell's corner, by a chip's half diagonal and the pointing's error."""
CELL_RADIUS_DEG: Final = 2.7
"""Reaches so far wherever cells are squares; at the poles they are not."""
BUILT_AFTER_US: Final = 2 * MINUTE
"""In the night's time; where this machine takes longer the clock waits, so that the order of events stays."""
AHEAD_US: Final = DAY
"""An exposure may be so much later than its recipe: on New Year's Eve indexes of both years are built."""
MOTIONS: Final = "proper-motions.fits"


class SkyIndexes(msgspec.Struct, frozen=True):
    """The folder of the indexes of one year, and a solver that finds in it what it needs."""

    folder: Path
    year: int  # the stars' places are those of its middle

    @classmethod
    def at(cls, folder: Path, time_us: int) -> SkyIndexes:
        """Of the year of a time: an index serves for all its nights."""
        return cls(folder, int(year_of(time_us)))

    def built(self, cell: Field) -> Path:
        """Folder of a cell's index, built when it isn't there. Raises SolverUnavailable."""
        motions = self.folder / MOTIONS
        known = motions if motions.is_file() else None
        return build_field_index([cell], self.folder, year=self.year + 0.5, motions=known)

    def stars(self, hint: FieldHint) -> CatalogueStars:
        """See `tomoe_es.reduction.astrometric_solver.AstrometricSolver`."""
        return _solver(self, sky_cell(hint.ra_deg, hint.dec_deg)).stars(hint)

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Pairs:
        """See `tomoe_es.reduction.astrometric_solver.AstrometricSolver`."""
        return _solver(self, sky_cell(hint.ra_deg, hint.dec_deg)).solve(xy, image_size, hint)


@lru_cache(maxsize=64)
def _solver(indexes: SkyIndexes, cell: Field) -> AstrometryNet:
    return installed_solver(indexes.built(cell))


def sky_cell(ra_deg: float, dec_deg: float) -> Field:
    """The part of the sky that a position falls into: its centre and radius, degrees."""
    bands = 180.0 / CELL_DEG
    dec = (min(np.floor((dec_deg + 90.0) / CELL_DEG), bands - 1) + 0.5) * CELL_DEG - 90.0
    cells = max(1, round(360.0 * np.cos(np.radians(dec)) / CELL_DEG))
    ra = (np.floor(ra_deg / 360.0 * cells) % cells + 0.5) * 360.0 / cells
    corners = [
        separation_arcsec(0.0, dec, 180.0 / cells, dec + side * CELL_DEG / 2) / 3600 for side in (-1, 1)
    ]
    return float(ra), float(dec), max(CELL_RADIUS_DEG, round(max(corners) + REACH_DEG, 2))


def build_in_worker(indexes: SkyIndexes, cell: Field) -> StarIndexBuilt:
    """Build one cell's index in this process; the event that tells of it."""
    folder = indexes.built(cell)
    listed = read_star_list(folder)
    ra_deg, dec_deg, radius_deg = cell
    return StarIndexBuilt(
        ra_deg=ra_deg,
        dec_deg=dec_deg,
        radius_deg=radius_deg,
        year=indexes.year + 0.5,
        stars=len(listed.magnitude),
        star_list=listed.digest,
        folder=folder.name,
        moved=(indexes.folder / MOTIONS).is_file(),
    )


class StarIndexes:
    """Has the indexes built that recipes and exposures need."""

    def __init__(
        self, timers: HoldingTimers, record: Recorder, pool: ProcessPool, folder: Path, chips: Sequence[int]
    ) -> None:
        self._timers, self._record, self._pool = timers, record, pool
        self._folder, self._chips = folder, tuple(chips)
        self._asked: set[tuple[SkyIndexes, Field]] = set()

    def effects(self) -> Effects:
        """What makes it build; an exposure only where its recipe was submitted to a former process."""
        return {RecipeSubmitted: self._submitted, ExposureRequested: self._requested}

    def _submitted(self, recorded: Recorded) -> None:
        event = recorded.payload
        assert isinstance(event, RecipeSubmitted)
        targets = targets_of([operation_of(call) for call in event.recipe.operations])
        self._prepare([(ra_deg, dec_deg) for _, ra_deg, dec_deg in targets], recorded)

    def _requested(self, recorded: Recorded) -> None:
        event = recorded.payload
        assert isinstance(event, ExposureRequested)
        if "wcs" in event.pipeline:
            self._prepare([(event.ra_deg, event.dec_deg)], recorded)

    def _prepare(self, boresights_deg: Iterable[tuple[float, float]], cause: Recorded) -> None:
        cells = {
            sky_cell(*chip_centre(det_id, *boresight))
            for boresight in boresights_deg
            for det_id in self._chips
        }
        now = self._timers.now()
        years = {SkyIndexes.at(self._folder, time_us) for time_us in (now, now + AHEAD_US)}
        wanted = {(indexes, cell) for indexes in years for cell in cells}
        new = sorted(wanted - self._asked, key=lambda each: (each[0].year, each[1]))
        if not new:
            return
        self._asked |= wanted
        building = [self._pool.submit(build_in_worker, *each) for each in new]
        self._timers.call_when_ready(
            now + BUILT_AFTER_US,
            lambda: all(each.done() for each in building),
            lambda: self._finish(building, cause),
        )

    def _finish(self, building: list[Future[StarIndexBuilt]], cause: Recorded) -> None:
        for future in building:
            try:
                built = future.result()
            except TomoeError as trouble:  # the chips that need it will try again, and say what is missing
                if isinstance(trouble, WorkerRaised) and not isinstance(trouble.error, TomoeError):
                    self._record([trouble.event()], cause=cause, actor=NAME)
                continue
            self._record([built], cause=cause, actor=NAME)

"""Astrometric solution of a chip: a solver proposes, the catalogue and the geometry of the camera dispose.

The camera's geometry is known far better than its pointing. So sources are first laid on a tangent plane
with north up, where the solver need not care how the chip is mounted. The solver (a port) pairs sources with
catalogue stars; where it finds too few for its patterns of four, a vote on the shift proposes one, first near
the pointing and then as far as the catalogue was asked for: a mount that is far off must be told. Whatever
is proposed is then paired with every catalogue star of the chip, fitted, and accepted only when the odds
against chance and the camera's geometry allow it: no WCS is better than a wrong one.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC
from tomoe_es.events.reduction import Proposer
from tomoe_es.reduction import astrometric_vote
from tomoe_es.reduction.astrometric_evidence import (
    CENTROID_ERROR_ARCSEC,
    CHIP_SQUARE_ARCSEC,
    LEAST_LOG_ODDS,
    bright_sources,
    log_odds,
    on_chip,
)
from tomoe_es.reduction.astrometric_fit import Correction, Fit, Plane, fit
from tomoe_es.reduction.astrometric_solver import AstrometricSolver, FieldHint
from tomoe_es.reduction.clear_sky import FEWEST_PAIRS, FEWEST_SOURCES_OF_A_CLEAR_SKY
from tomoe_es.reduction.conditions import AstrometryFailed
from tomoe_es.scheduling.sky import separation_arcsec

BRIGHTEST_SOURCES: Final = 20
HINT_RADIUS_DEG: Final = 0.5
SCALE_TOLERANCE: Final = 0.02
FEWEST_SOURCES: Final = 4
FIRST_PAIRING_ARCSEC: Final = 4.0
PAIRING_SIGMAS: Final = 5.0
LARGEST_RMS_SIGMAS: Final = 3.0
LARGEST_SCALE_DEPARTURE: Final = 0.003
LARGEST_ROTATION_DEG: Final = 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """Which sources are stars of the catalogue (n,), and the stars' magnitudes (n,)."""

    source: NDArray[np.int64]
    magnitude: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solution:
    """A verified astrometric solution of one chip, from pairs of its sources with catalogue stars.

    `second_order` tells whether the stars gave terms of their own beyond the camera's. `catalogue_digest` is
    that of the list of stars.
    """

    wcs: WCS
    ra_deg: float
    dec_deg: float
    offset_arcsec: float
    rms_arcsec: float
    stars: int
    log_odds: float
    pixel_scale_arcsec: float
    rotation_deg: float
    second_order: bool
    proposer: Proposer
    catalogue_digest: str
    match: Match


def solve_chip(xy: NDArray[np.float64], predicted: WCS, solver: AstrometricSolver) -> Solution:
    """Solve a chip from the 0-based pixel positions of its sources, shape (n, 2), brightest first.

    `predicted` is its WCS if the telescope points where the mount says (`camera.field_mapping`). Raises
    AstrometryFailed when there is no solution or it can't be one of this camera, SolverUnavailable when the
    solver isn't installed.
    """
    if len(xy) < FEWEST_SOURCES:
        raise AstrometryFailed(f"{len(xy)} sources, {FEWEST_SOURCES} are needed: probably cloudy")
    chip = _Chip(xy, predicted, solver)
    refused: list[str] = []
    for propose in (chip.by_solver, chip.by_vote, chip.by_far_vote):
        try:
            for proposed in propose():
                try:
                    return proposed.judged()
                except AstrometryFailed as error:
                    refused.append(str(error))
        except AstrometryFailed as error:
            refused.append(str(error))
    told = f"{refused[0]}: {_likely_cause(len(xy), chip.expected_stars)}"
    raise AstrometryFailed(told, chip.expected_stars)


def _likely_cause(sources: int, stars: int) -> str:
    if sources < FEWEST_SOURCES_OF_A_CLEAR_SKY:
        return f"probably cloudy, with {sources} sources"
    if stars <= FEWEST_PAIRS:
        return f"not clouds, with {sources} sources, but too few catalogue stars on the chip ({stars})"
    return f"not clouds, with {sources} sources and {stars} catalogue stars: pointing, focus or the chip"


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A correction of what is predicted for a chip."""

    chip: _Chip
    proposer: Proposer
    correction: Correction

    def judged(self) -> Solution:
        """The solution that follows. Raises AstrometryFailed when it can't be trusted."""
        return self.chip.judged(self.proposer, self.correction)


class _Chip:
    """The sources of a chip and the stars around it, on the tangent plane about its middle.

    Its prediction may be `moved` off that of the mount, as a correction's shift, from where the `mount` says.
    """

    def __init__(self, xy: NDArray[np.float64], predicted: WCS, solver: AstrometricSolver) -> None:
        self._xy, self._solver = xy, solver
        self._mount = float(predicted.wcs.crval[0]), float(predicted.wcs.crval[1])
        self._moved = 0j
        scales = PIXEL_SCALE_ARCSEC * (1 - SCALE_TOLERANCE), PIXEL_SCALE_ARCSEC * (1 + SCALE_TOLERANCE)
        self._hint = FieldHint(*self._mount, HINT_RADIUS_DEG, *scales)
        self._catalogue = solver.stars(self._hint)
        self._error_arcsec = math.hypot(self._catalogue.error_arcsec, CENTROID_ERROR_ARCSEC)
        self._predict(predicted)
        self.expected_stars = int(np.count_nonzero(self._on_chip(Correction())))

    def _predict(self, predicted: WCS) -> None:
        self._plane = Plane(predicted)
        self._sources = self._plane.of_pixels(self._xy)
        self._stars = self._plane.of_sky(self._catalogue.sky_deg)

    def _predicted_at(self, shift: complex) -> _Chip:
        """This chip where a shift leads, so far away that north is elsewhere."""
        there = copy.copy(self)
        there._moved = self._moved + shift
        there._predict(self._plane.predicted_at(shift))
        return there

    def by_solver(self) -> Iterator[_Proposal]:
        """What the solver proposes."""
        height, width = IMAGING_SHAPE
        brightest = self._sources[:BRIGHTEST_SOURCES] / PIXEL_SCALE_ARCSEC
        x, y = (width + 1) / 2 - brightest.real, (height + 1) / 2 + brightest.imag
        pairs = self._solver.solve(np.column_stack([x, y]), (width, height), self._hint)
        if len(pairs.source) < FEWEST_PAIRS:
            raise AstrometryFailed(f"{len(pairs.source)} pairs, {FEWEST_PAIRS} are needed")
        shifts = self._plane.of_sky(pairs.sky_deg) - self._sources[pairs.source]
        shift = complex(np.median(shifts.real), np.median(shifts.imag))
        chip = self if abs(shift) < astrometric_vote.RADIUS_ARCSEC else self._predicted_at(shift)
        true = chip._plane.of_sky(pairs.sky_deg)
        correction = fit(chip._sources[pairs.source], true, self._error_arcsec).correction
        yield _Proposal(chip, "astrometry.net", correction)

    def by_vote(self) -> Iterator[_Proposal]:
        """What the shifts between bright sources and stars propose."""
        sources = self._sources[: bright_sources(self.expected_stars)]
        for correction in astrometric_vote.proposals(sources, self._stars):
            yield _Proposal(self, "vote", correction)

    def by_far_vote(self) -> Iterator[_Proposal]:
        """What they propose when the mount may be wherever it likes, of a chip with as many stars as most."""
        around = len(self._stars) * CHIP_SQUARE_ARCSEC / (math.pi * (HINT_RADIUS_DEG * 3600) ** 2)
        sources = self._sources[: bright_sources(math.ceil(around))]
        for shift in astrometric_vote.far_proposals(sources, self._stars, self._mount[1]):
            yield _Proposal(self._predicted_at(shift), "vote", Correction())

    def judged(self, proposer: Proposer, proposed: Correction) -> Solution:
        """The solution that follows from a proposal. Raises AstrometryFailed when it can't be trusted."""
        first, _, _ = self._fitted(proposed, FIRST_PAIRING_ARCSEC)
        found, sources, stars = self._fitted(first.correction, PAIRING_SIGMAS * self._error_arcsec)
        odds = self._log_odds(found.correction)
        turn = found.correction.turn
        scale, rotation_deg = abs(turn), math.degrees(math.atan2(turn.imag, turn.real))
        _refuse_if(odds < LEAST_LOG_ODDS, f"its odds against chance are e^{odds:.1f}")
        _refuse_if(abs(scale - 1) > LARGEST_SCALE_DEPARTURE, f"its scale is {scale:.4f} times the camera's")
        _refuse_if(abs(rotation_deg) > LARGEST_ROTATION_DEG, f"it is turned by {rotation_deg:.2f} degrees")
        too_much = LARGEST_RMS_SIGMAS * self._error_arcsec
        _refuse_if(found.rms_arcsec > too_much, f"its residuals are {found.rms_arcsec:.2f} arcsec")
        wcs = self._plane.corrected(found)
        height, width = IMAGING_SHAPE
        ra, dec = (float(value) for value in wcs.all_pix2world((width - 1) / 2, (height - 1) / 2, 0))
        used = stars[found.kept]
        return Solution(
            wcs=wcs,
            ra_deg=ra,
            dec_deg=dec,
            offset_arcsec=separation_arcsec(ra, dec, *self._mount),
            rms_arcsec=found.rms_arcsec,
            stars=len(used),
            log_odds=odds,
            pixel_scale_arcsec=PIXEL_SCALE_ARCSEC * scale,
            rotation_deg=rotation_deg,
            second_order=found.second_order is not None,
            proposer=proposer,
            catalogue_digest=self._catalogue.digest,
            match=Match(sources[found.kept], self._catalogue.magnitude[used]),
        )

    def _fitted(
        self, correction: Correction, radius_arcsec: float
    ) -> tuple[Fit, NDArray[np.int64], NDArray[np.int64]]:
        """A fit to the pairs within a radius, and which sources and stars they are."""
        sources, stars = self._pairs(correction, radius_arcsec)
        if len(sources) < FEWEST_PAIRS:
            raise AstrometryFailed(f"{len(sources)} stars agree, {FEWEST_PAIRS} are needed")
        return fit(self._sources[sources], self._stars[stars], self._error_arcsec), sources, stars

    def _pairs(
        self, correction: Correction, radius_arcsec: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sources and stars that are each other's nearest."""
        stars = np.flatnonzero(self._on_chip(correction))
        if not len(stars):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        apart = np.abs(correction.applied(self._sources)[None, :] - self._stars[stars][:, None])
        nearest_source, nearest_star = apart.argmin(axis=1), apart.argmin(axis=0)
        place = np.arange(len(stars))
        mutual = (nearest_star[nearest_source] == place) & (apart[place, nearest_source] < radius_arcsec)
        return nearest_source[mutual], stars[mutual]

    def _log_odds(self, correction: Correction) -> float:
        stars = self._stars[self._on_chip(correction)]
        sources = self._sources[: bright_sources(len(stars))]
        return log_odds(sources, stars, correction, self._error_arcsec, self._moved)

    def _on_chip(self, correction: Correction) -> NDArray[np.bool_]:
        return on_chip(self._plane.to_pixels(correction.undone(self._stars)))


def _refuse_if(wrong: bool, reason: str) -> None:
    if wrong:
        raise AstrometryFailed(f"the solution found can't be one of this camera: {reason}")

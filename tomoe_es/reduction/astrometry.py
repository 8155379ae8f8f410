"""Astrometric solution of a chip: a solver proposes, the geometry of the camera disposes.

The camera's geometry is known far better than its pointing. So sources are first laid on a tangent plane with
north up, where the solver need not care how the chip is mounted. The solver (a port) pairs sources with
catalogue stars. The final WCS is the predicted one, shifted, turned and scaled by a least-squares fit to
those pairs, and then held against the prediction: no WCS is better than a wrong one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_centre, chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.conditions import AstrometryFailed
from tomoe_es.scheduling.sky import separation_arcsec

BRIGHTEST_SOURCES = 20
HINT_RADIUS_DEG = 0.5
SCALE_TOLERANCE = 0.02
FEWEST_SOURCES = 4
FEWEST_SOURCES_OF_A_CLEAR_SKY = 100
"""A clear chip shows more than 300 in 17 x 0.5 s, even at the galactic poles."""
FEWEST_PAIRS = 4
OUTLIER_ARCSEC = 0.2
OUTLIER_MEDIANS = 3.0
LARGEST_RMS_ARCSEC = 0.4
LARGEST_SCALE_DEPARTURE = 0.003
LARGEST_ROTATION_DEG = 0.3


@dataclass(frozen=True, slots=True)
class FieldHint:
    """What is known of a field before it is solved: where its centre is, about, and its pixel scale."""

    ra_deg: float
    dec_deg: float
    radius_deg: float
    scale_low_arcsec: float
    scale_high_arcsec: float


@dataclass(frozen=True, slots=True)
class Match:
    """Sources paired with stars: `source` (n,) indexes the positions given, `sky_deg` (n, 2) is ICRS.

    `magnitude` (n,) is that of the catalogue, NaN where it has none; None from a solver that knows none.
    """

    source: NDArray[np.int64]
    sky_deg: NDArray[np.float64]
    log_odds: float
    magnitude: NDArray[np.float64] | None = None


class AstrometricSolver(Protocol):
    """Pairs the sources of a field with catalogue stars."""

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Match:
        """Solve positions `xy` (n, 2), 1-based pixels, brightest first, of an image of (width, height).

        x grows to the west and y to the north. Raises AstrometryFailed, SolverUnavailable.
        """
        ...


@dataclass(frozen=True, slots=True)
class Solution:
    """A verified astrometric solution of one chip, from pairs of its sources with catalogue stars."""

    wcs: WCS
    ra_deg: float
    dec_deg: float
    offset_arcsec: float
    rms_arcsec: float
    stars: int
    log_odds: float
    pixel_scale_arcsec: float
    rotation_deg: float
    match: Match


def solve_chip(
    xy: NDArray[np.float64], det_id: int, boresight_deg: tuple[float, float], solver: AstrometricSolver
) -> Solution:
    """Solve a chip from the 0-based pixel positions of its sources, shape (n, 2), brightest first.

    `boresight_deg` is where the mount says that the telescope points. Raises AstrometryFailed when there is
    no solution or it can't be one of this camera, SolverUnavailable when the solver isn't installed.
    """
    if len(xy) < FEWEST_SOURCES:
        raise AstrometryFailed(f"{len(xy)} sources, {FEWEST_SOURCES} are needed: probably cloudy")
    predicted = chip_wcs(det_id, *boresight_deg)
    centre = chip_centre(det_id, *boresight_deg)
    brightest = xy[:BRIGHTEST_SOURCES]
    ideal = _ideal_plane(*centre)
    height, width = IMAGING_SHAPE
    hint = FieldHint(
        *centre,
        HINT_RADIUS_DEG,
        PIXEL_SCALE_ARCSEC * (1 - SCALE_TOLERANCE),
        PIXEL_SCALE_ARCSEC * (1 + SCALE_TOLERANCE),
    )
    try:
        match = solver.solve(
            ideal.wcs_world2pix(predicted.wcs_pix2world(brightest, 0), 1), (width, height), hint
        )
        return _fit(predicted, centre, brightest[match.source], match)
    except AstrometryFailed as error:
        raise AstrometryFailed(f"{error}: {_likely_cause(len(xy))}") from error


def _likely_cause(sources: int) -> str:
    if sources < FEWEST_SOURCES_OF_A_CLEAR_SKY:
        return f"probably cloudy, with {sources} sources"
    return f"not clouds, with {sources} sources, but perhaps too few catalogue stars on the chip"


def _ideal_plane(ra_deg: float, dec_deg: float) -> WCS:
    """Tangent plane about a chip's centre, north up, east left, of the size of a chip."""
    height, width = IMAGING_SHAPE
    plane = WCS(naxis=2)
    plane.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    plane.wcs.crval = [ra_deg, dec_deg]
    plane.wcs.crpix = [(width + 1) / 2, (height + 1) / 2]
    plane.wcs.cdelt = [-PIXEL_SCALE_ARCSEC / 3600, PIXEL_SCALE_ARCSEC / 3600]
    return plane


def _fit(predicted: WCS, centre: tuple[float, float], xy: NDArray[np.float64], match: Match) -> Solution:
    """Correct the predicted WCS by the similarity that fits the pairs best, and judge it."""
    plane = predicted.deepcopy()
    plane.wcs.crpix, plane.wcs.cd = [1.0, 1.0], np.eye(2)  # pixel 0 + w is the plane position w, in degrees
    seen = _complex(plane.wcs_world2pix(predicted.wcs_pix2world(xy, 0), 0))
    true = _complex(plane.wcs_world2pix(match.sky_deg, 0))
    turn, shift, rms_arcsec, stars = _fit_without_outliers(seen, true)
    wcs = _turned(predicted, turn, shift)
    height, width = IMAGING_SHAPE
    ra, dec = (float(value) for value in wcs.wcs_pix2world((width - 1) / 2, (height - 1) / 2, 0))
    scale, rotation_deg = abs(turn), math.degrees(math.atan2(turn.imag, turn.real))
    _refuse_if(abs(scale - 1) > LARGEST_SCALE_DEPARTURE, f"its scale is {scale:.4f} times the camera's")
    _refuse_if(abs(rotation_deg) > LARGEST_ROTATION_DEG, f"it is turned by {rotation_deg:.2f} degrees")
    _refuse_if(rms_arcsec > LARGEST_RMS_ARCSEC, f"its residuals are {rms_arcsec:.2f} arcsec")
    return Solution(
        wcs=wcs,
        ra_deg=ra,
        dec_deg=dec,
        offset_arcsec=separation_arcsec(ra, dec, *centre),
        rms_arcsec=rms_arcsec,
        stars=stars,
        log_odds=match.log_odds,
        pixel_scale_arcsec=PIXEL_SCALE_ARCSEC * scale,
        rotation_deg=rotation_deg,
        match=match,
    )


def _fit_without_outliers(
    seen: NDArray[np.complex128], true: NDArray[np.complex128]
) -> tuple[complex, complex, float, int]:
    """`turn`, `shift`, rms of the residuals in arcsec, and stars kept.

    Leaves out the worst star while it is off by 3 times the median and by more than a blend allows.
    """
    kept = np.ones(len(seen), dtype=bool)
    while True:
        stars = int(kept.sum())
        if stars < FEWEST_PAIRS:
            raise AstrometryFailed(f"{stars} stars agree, {FEWEST_PAIRS} are needed")
        turn, shift = _similarity(seen[kept], true[kept])
        residual_arcsec = np.abs(turn * seen[kept] + shift - true[kept]) * 3600
        worst = int(np.argmax(residual_arcsec))
        limit_arcsec = max(OUTLIER_ARCSEC, OUTLIER_MEDIANS * float(np.median(residual_arcsec)))
        if residual_arcsec[worst] <= limit_arcsec or stars == FEWEST_PAIRS:
            return turn, shift, float(np.sqrt(np.mean(residual_arcsec**2))), stars
        kept[np.flatnonzero(kept)[worst]] = False


def _similarity(seen: NDArray[np.complex128], true: NDArray[np.complex128]) -> tuple[complex, complex]:
    """`turn` and `shift` that bring turn * seen + shift nearest to `true` by least squares."""
    seen_mean, true_mean = seen.mean(), true.mean()
    centred = seen - seen_mean
    turn = complex(np.vdot(centred, true - true_mean) / np.vdot(centred, centred).real)
    return turn, complex(true_mean - turn * seen_mean)


def _turned(predicted: WCS, turn: complex, shift: complex) -> WCS:
    """The predicted WCS after its plane coordinates w become turn * w + shift."""
    rotation = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    wcs = predicted.deepcopy()
    wcs.wcs.cd = rotation @ predicted.wcs.cd
    wcs.wcs.crpix = predicted.wcs.crpix - np.linalg.solve(wcs.wcs.cd, [shift.real, shift.imag])
    wcs.wcs.set()
    return wcs


def _complex(xy: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def _refuse_if(wrong: bool, reason: str) -> None:
    if wrong:
        raise AstrometryFailed(f"the solution found can't be one of this camera: {reason}")

"""The fit of a chip's sources to catalogue stars: how the prediction of their places is to be corrected.

Places are complex numbers, east + i north in arcsec, on the tangent plane about the predicted middle of the
chip. The camera does not turn and its scale hardly changes, so two stars are enough for a shift, and turn
and scale follow the stars only as far as there are enough of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.field_mapping import SIP_ORDER, with_distortion
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE

Places = NDArray[np.complex128]

TURN_SIGMA: Final = 2e-4
"""How much the scale, relative, and the orientation, in radians, may be off what is predicted."""
OUTLIER_SIGMAS: Final = 4.0
FEWEST_FOR_SECOND_ORDER: Final = 20
"""Its twelve numbers take up six stars; more than twice as many are left to judge it."""
SECOND_ORDER_GAIN: Final = 10.0
"""By so much the Bayesian information criterion has to be better: very strong evidence (Kass & Raftery)."""
_HALF_CHIP_ARCSEC: Final = 1200.0
_GRID: Final = 7


class Correction(NamedTuple):
    """A place w that is predicted is truly at turn * w + shift."""

    turn: complex = 1.0 + 0.0j
    shift: complex = 0.0j

    def applied(self, places: Places) -> Places:
        """Where stars truly are."""
        return np.asarray(self.turn * places + self.shift)

    def undone(self, places: Places) -> Places:
        """Where true places are predicted."""
        return np.asarray((places - self.shift) / self.turn)


@dataclass(frozen=True, slots=True)
class Fit:
    """Correction, and pairs that are no outliers: `kept` (n,); rms of their distances, arcsec.

    `second_order` holds what the stars say beyond the correction, coefficients (6,) of `_terms`; None where
    they are too few or don't say more.
    """

    correction: Correction
    kept: NDArray[np.bool_]
    rms_arcsec: float
    second_order: NDArray[np.complex128] | None


def similarity(seen: Places, true: Places, error_arcsec: float) -> Correction:
    """The correction most probable after these pairs, each good to `error_arcsec` on an axis."""
    middle = complex(seen.mean())
    centred = seen - middle
    departure = (true - true.mean()) - centred
    weight = float(np.vdot(centred, centred).real) + (error_arcsec / TURN_SIGMA) ** 2
    turn = 1.0 + complex(np.vdot(centred, departure)) / weight
    return Correction(turn, complex(true.mean()) - turn * middle)


def fit(seen: Places, true: Places, error_arcsec: float) -> Fit:
    """Fit pairs, one or more; leaves out the worst while it is off by 4 times what is usual."""
    kept = np.ones(len(seen), dtype=bool)
    while True:
        correction = similarity(seen[kept], true[kept], error_arcsec)
        left = np.abs(correction.applied(seen[kept]) - true[kept])
        worst = int(np.argmax(left))
        usual = max(error_arcsec, 1.2 * float(np.median(left)))  # the median of |x + iy| is 1.18 sigma
        if left[worst] <= OUTLIER_SIGMAS * usual or len(left) <= 2:
            break
        kept[np.flatnonzero(kept)[worst]] = False
    second_order = _second_order(seen[kept], true[kept], correction)
    if second_order is not None:
        left = np.abs(correction.applied(seen[kept]) + _terms(seen[kept]) @ second_order - true[kept])
    return Fit(correction, kept, math.sqrt(float(np.mean(left**2))), second_order)


def _second_order(seen: Places, true: Places, correction: Correction) -> NDArray[np.complex128] | None:
    numbers = 2 * len(seen)
    if len(seen) < FEWEST_FOR_SECOND_ORDER:
        return None
    left = true - correction.applied(seen)
    terms = _terms(seen)
    solved = np.linalg.lstsq(terms, left, rcond=None)[0]
    before, after = float(np.sum(np.abs(left) ** 2)), float(np.sum(np.abs(left - terms @ solved) ** 2))
    more = 2 * terms.shape[1] - 4  # the four of the similarity are among them
    gain = numbers * math.log(before / max(after, 1e-12)) - more * math.log(numbers)
    return np.asarray(solved, dtype=np.complex128) if gain > SECOND_ORDER_GAIN else None


def _terms(places: Places) -> NDArray[np.complex128]:
    """Monomials of order 0 to 2, (n, 6)."""
    x, y = places.real / _HALF_CHIP_ARCSEC, places.imag / _HALF_CHIP_ARCSEC
    return np.column_stack([np.ones(len(x)), x, y, x * x, x * y, y * y]).astype(np.complex128)


class Plane:
    """The tangent plane about the predicted middle of a chip."""

    def __init__(self, predicted: WCS) -> None:
        self.predicted = predicted
        self._plane = WCS(naxis=2)
        self._plane.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        self._plane.wcs.crval = predicted.wcs.crval
        self._plane.wcs.crpix = [1.0, 1.0]
        self._plane.wcs.cdelt = [1 / 3600, 1 / 3600]
        self._plane.wcs.radesys = "ICRS"

    def of_sky(self, sky_deg: NDArray[np.float64]) -> Places:
        """Places of positions (n, 2)."""
        xy = self._plane.wcs_world2pix(sky_deg.reshape(-1, 2), 0)
        return np.asarray(xy[:, 0] + 1j * xy[:, 1])

    def of_pixels(self, xy: NDArray[np.float64]) -> Places:
        """Predicted places of 0-based pixels (n, 2)."""
        return self.of_sky(self.predicted.all_pix2world(xy.reshape(-1, 2), 0))

    def to_sky(self, places: Places) -> NDArray[np.float64]:
        """Positions (n, 2), ICRS degrees."""
        return np.asarray(self._plane.wcs_pix2world(np.column_stack([places.real, places.imag]), 0))

    def to_pixels(self, places: Places) -> NDArray[np.float64]:
        """0-based pixels (n, 2) of predicted places, to a pixel: without distortion."""
        wcs = self.predicted.wcs
        degrees = np.column_stack([places.real, places.imag]) / 3600
        return np.asarray(degrees @ np.linalg.inv(wcs.cd).T + wcs.crpix - 1)

    def predicted_at(self, shift: complex) -> WCS:
        """The prediction moved to where a shift leads, with north up there."""
        wcs = self.predicted.deepcopy()
        wcs.wcs.crval = self.to_sky(np.array([shift]))[0]
        wcs.wcs.set()
        return wcs

    def corrected(self, found: Fit) -> WCS:
        """The predicted WCS after a fit."""
        height, width = IMAGING_SHAPE
        columns, rows = np.meshgrid(np.linspace(0, width - 1, _GRID), np.linspace(0, height - 1, _GRID))
        pixels = np.column_stack([columns.ravel(), rows.ravel()])
        predicted = self.of_pixels(pixels)
        places = found.correction.applied(predicted)
        if found.second_order is not None:
            places = places + _terms(predicted) @ found.second_order
        sky_deg = self.to_sky(places)
        wcs = self.predicted.deepcopy()
        wcs.wcs.crval = sky_deg[len(pixels) // 2]
        wcs.wcs.set()
        return with_distortion(wcs, pixels, sky_deg, SIP_ORDER)

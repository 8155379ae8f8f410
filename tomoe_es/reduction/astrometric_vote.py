"""A shift proposed by vote: which one brings the most bright sources onto catalogue stars.

It knows the camera's orientation and scale, which a general solver does not use, so three stars are enough.
Every pair of a source and a star within a radius votes for the shift between them.

Where the mount is far off, north isn't where it is predicted: a field east of the prediction is turned by the
angle between the two meridians, which follows from the shift.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tomoe_es.reduction.astrometric_fit import Correction, Places

RADIUS_ARCSEC: Final = 240.0
"""More than the pointing may be off for a chip to pass its check."""
FAR_RADIUS_ARCSEC: Final = 1800.0
"""As far as there are stars of the catalogue to look for."""
AGREE_ARCSEC: Final = 2.0
MOST_VOTES: Final = 800
MOST_FAR_VOTES: Final = 20_000
PROPOSALS: Final = 4
_ARCSEC: Final = math.radians(1 / 3600)


def proposals(sources: Places, stars: Places) -> list[Correction]:
    """Shifts with the most votes, best first, at most 4; places are given brightest first."""
    shifts = (stars[:, None] - sources[None, :]).ravel()
    shifts = shifts[np.abs(shifts) < RADIUS_ARCSEC][:MOST_VOTES]
    return [Correction(shift=shift) for shift in _most_agreed(shifts)]


def far_proposals(sources: Places, stars: Places, dec_deg: float) -> list[complex]:
    """The same shifts for a field at a declination that may be far from where it is predicted."""
    shifts = (stars[:, None] - sources[None, :]).ravel()
    chosen = np.flatnonzero(np.abs(shifts) < FAR_RADIUS_ARCSEC)[:MOST_FAR_VOTES]
    shifts = shifts[chosen]
    turned = 1j * math.tan(math.radians(dec_deg)) * _ARCSEC * shifts.real * sources[chosen % len(sources)]
    return _most_agreed(shifts - turned)


def _most_agreed(shifts: NDArray[np.complex128]) -> list[complex]:
    if not len(shifts):
        return []
    places = np.column_stack([shifts.real, shifts.imag])
    tree = cKDTree(places)
    votes = tree.query_ball_point(places, AGREE_ARCSEC, return_length=True)
    found: list[complex] = []
    for best in np.lexsort((np.abs(shifts), -votes)):
        if all(abs(shifts[best] - each) > AGREE_ARCSEC for each in found):
            found.append(_median(shifts[tree.query_ball_point(places[best], AGREE_ARCSEC)]))
        if len(found) == PROPOSALS:
            break
    return found


def _median(shifts: NDArray[np.complex128]) -> complex:
    return complex(np.median(shifts.real), np.median(shifts.imag))

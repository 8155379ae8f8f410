"""A shift proposed by vote: which one brings the most bright sources onto catalogue stars.

It knows the camera's orientation and scale, which a general solver does not use, so three stars are enough.
Every pair of a source and a star within the radius votes for the shift between them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.astrometric_fit import Correction, Places

RADIUS_ARCSEC: Final = 240.0
"""More than the pointing may be off for a chip to pass its check."""
AGREE_ARCSEC: Final = 2.0
MOST_VOTES: Final = 800
PROPOSALS: Final = 4


def proposals(sources: Places, stars: Places) -> list[Correction]:
    """Shifts with the most votes, best first, at most 4; places are given brightest first."""
    shifts = (stars[:, None] - sources[None, :]).ravel()
    shifts = shifts[np.abs(shifts) < RADIUS_ARCSEC][:MOST_VOTES]
    if not len(shifts):
        return []
    agree = np.abs(shifts[:, None] - shifts[None, :]) < AGREE_ARCSEC
    votes = agree.sum(axis=1)
    found: list[Correction] = []
    for best in np.lexsort((np.abs(shifts), -votes)):
        if all(abs(shifts[best] - each.shift) > AGREE_ARCSEC for each in found):
            found.append(Correction(shift=_median(shifts[agree[best]])))
        if len(found) == PROPOSALS:
            break
    return found


def _median(shifts: NDArray[np.complex128]) -> complex:
    return complex(np.median(shifts.real), np.median(shifts.imag))

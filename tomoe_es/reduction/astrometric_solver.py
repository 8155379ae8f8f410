"""The port to an astrometric solver, which knows the catalogue: what it is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FieldHint:
    """What is known of a field before it is solved: where its centre is, about, and its pixel scale."""

    ra_deg: float
    dec_deg: float
    radius_deg: float
    scale_low_arcsec: float
    scale_high_arcsec: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sources paired with stars: `source` (n,) indexes the positions given, `sky_deg` (n, 2) is ICRS."""

    source: NDArray[np.int64]
    sky_deg: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CatalogueStars:
    """Stars of the catalogue, brightest first: `sky_deg` (n, 2) ICRS at the time of the exposure, Tycho VT.

    `error_arcsec` is that of a position on an axis; `digest` names the list that they are of.
    """

    sky_deg: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    error_arcsec: float
    digest: str


class AstrometricSolver(Protocol):
    """Knows the catalogue, and pairs the sources of a field with its stars."""

    def stars(self, hint: FieldHint) -> CatalogueStars:
        """The stars within the hint's radius. Raises SolverUnavailable."""
        ...

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Pairs:
        """Pair positions `xy` (n, 2), 1-based pixels, brightest first, of an image of (width, height).

        x grows to the west and y to the north. Raises AstrometryFailed, SolverUnavailable.
        """
        ...

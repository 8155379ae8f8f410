"""How far from the truth magnitudes of stars are: of those that nothing beside them brightens."""

from __future__ import annotations

from typing import Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from adapters.simulator.sky.field import FieldStars

ALONE_PIXELS: Final = 14.0
FAINTER_MAG: Final = 5.5
"""A star is alone when all others within 14 pixels are fainter by so much; where there are any, it has faint
company: one of 20 mag takes a star of 14.5 mag twice its noise limit away, and nothing can tell the two."""
BRIGHT_MAG: Final = (14.0, 16.5)
FEWEST_BRIGHT_STARS: Final = 5
SAME_PIXELS: Final = 1.5


def pair_alone(stars: FieldStars, xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of stars that are alone, and of the measured positions (n, 2), 0-based, that are theirs."""
    true = np.column_stack([stars.x, stars.y])
    tree = cKDTree(true)
    distance, nearest = tree.query(xy)
    near = np.flatnonzero(distance < SAME_PIXELS)
    alone = []
    for source in near:
        others = tree.query_ball_point(true[nearest[source]], ALONE_PIXELS)
        limit = stars.magnitude[nearest[source]] + FAINTER_MAG
        alone.append(np.count_nonzero(stars.magnitude[others] < limit) == 1)
    chosen = near[np.array(alone, bool)]
    return nearest[chosen], chosen


def pair_measurable(stars: FieldStars, table: fits.FITS_rec) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same of a product's SOURCES, without what is full, flagged, or tells the zero point itself."""
    star, source = pair_alone(stars, np.column_stack([table["X"] - 1, table["Y"] - 1]))
    good = ~table["SATURAT"][source] & (table["FLAGS"][source] == 0) & ~stars.from_tycho2[star]
    return star[good], source[good]


def zero_point_offset_mag(stars: FieldStars, table: fits.FITS_rec) -> float | None:
    """By how much bright stars that are alone are too faint in a stack's SOURCES; None of too few.

    The median of them.
    """
    star, source = pair_measurable(stars, table)
    magnitude = stars.magnitude[star]
    bright = (magnitude > BRIGHT_MAG[0]) & (magnitude < BRIGHT_MAG[1])
    off = (table["MAG"][source].astype(float) - magnitude)[bright]
    off = off[np.isfinite(off)]
    return float(np.median(off)) if len(off) >= FEWEST_BRIGHT_STARS else None

"""How sure it is that a chip's sources are the catalogue's stars: the odds that judge every solution.

As in Lang et al. 2010 (AJ 139, 1782), section 2.3: each star of the catalogue that ought to be on the chip
either is one of the bright sources, or is a distractor that may be anywhere; if the solution is wrong all
are. What is known of the pointing goes in as the probability of the shift.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.astrometric_fit import Correction, Places

LEAST_LOG_ODDS: Final = math.log(1e6)
DISTRACTORS: Final = 0.1
"""Part of the catalogue's stars that is not found: blends, bad columns, stars of large proper motion."""
POINTING_SIGMA_ARCSEC: Final = 30.0
POINTING_RIGHT: Final = 0.9
"""So often the mount points as well as that; else anywhere within the radius in which a field is sought."""
POINTING_RADIUS_ARCSEC: Final = 1800.0
CENTROID_ERROR_ARCSEC: Final = 0.1
EDGE_PIXELS: Final = 8.0
CHIP_SQUARE_ARCSEC: Final = IMAGING_SHAPE[0] * IMAGING_SHAPE[1] * PIXEL_SCALE_ARCSEC**2
FEWEST_BRIGHT, MOST_BRIGHT, BRIGHT_A_STAR = 20, 80, 3


def bright_sources(stars: int) -> int:
    """How many of the brightest sources are sure to hold so many stars of the catalogue."""
    return min(max(BRIGHT_A_STAR * stars + 10, FEWEST_BRIGHT), MOST_BRIGHT)


def on_chip(pixels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the 0-based pixels (n, 2) a whole star can be at."""
    height, width = IMAGING_SHAPE
    x, y = pixels.T
    inside = (x > EDGE_PIXELS) & (x < width - 1 - EDGE_PIXELS)
    return np.asarray(inside & (y > EDGE_PIXELS) & (y < height - 1 - EDGE_PIXELS))


def log_odds(
    sources: Places, stars: Places, correction: Correction, error_arcsec: float, moved: complex = 0j
) -> float:
    """Natural logarithm of the odds of a correction against chance.

    `sources` are the bright ones as predicted, `stars` those that the correction puts on the chip; an axis
    of their distances is good to `error_arcsec`. `moved`: by how much the prediction is already off that of
    the mount, as a correction's shift.
    """
    if not len(sources) or not len(stars):
        return -math.inf
    squared = np.abs(correction.applied(sources)[None, :] - stars[:, None]) ** 2
    variance = error_arcsec**2
    near = np.exp(-squared / (2 * variance)).sum(axis=1) / (2 * math.pi * variance * len(sources))
    matched = (1 - DISTRACTORS) * near * CHIP_SQUARE_ARCSEC
    found = max(1, int(np.count_nonzero(matched > 1.0)))
    of_stars = float(np.log(DISTRACTORS + matched).sum())
    return of_stars + math.log(2 * math.pi * variance / found) + _log_pointing(abs(moved + correction.shift))


def _log_pointing(offset_arcsec: float) -> float:
    """Of the probability of a shift, a square arcsec."""
    sigma = POINTING_SIGMA_ARCSEC
    right = math.exp(-(offset_arcsec**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    anywhere = 1 / (math.pi * POINTING_RADIUS_ARCSEC**2)
    return math.log(POINTING_RIGHT * right + (1 - POINTING_RIGHT) * anywhere)

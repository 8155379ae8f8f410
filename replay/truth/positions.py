"""How far from the truth positions on the sky are."""

from __future__ import annotations

from typing import Final

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.true_chip import TrueChip
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.events.reduction import FieldSolved

Array = NDArray[np.float64]

WRONG_ARCSEC: Final = 3.0
"""A solution is wrong when the middle of its stars lands so far from where they are."""


def star_errors_arcsec(stars: FieldStars, wcs: WCS) -> Array:
    """Of every true star on the imaging area, how far from it its pixel is by a solution."""
    height, width = IMAGING_SHAPE
    on_chip = (stars.x > 0) & (stars.x < width - 1) & (stars.y > 0) & (stars.y < height - 1)
    ra, dec = wcs.all_pix2world(stars.x[on_chip], stars.y[on_chip], 0)
    east, north = offset_arcsec(ra, dec, stars.ra_deg[on_chip], stars.dec_deg[on_chip])
    return np.asarray(np.hypot(east, north))


def centre_error_arcsec(chip: TrueChip, solved: FieldSolved) -> float:
    """How far from the truth the chip's centre is by its solution."""
    height, width = IMAGING_SHAPE
    ra, dec = (float(each) for each in chip.wcs.all_pix2world((width - 1) / 2, (height - 1) / 2, 0))
    return float(np.hypot(*offset_arcsec(solved.ra_deg, solved.dec_deg, ra, dec)))


def offset_arcsec(
    ra_deg: float | Array, dec_deg: float | Array, true_ra_deg: float | Array, true_dec_deg: float | Array
) -> tuple[Array, Array]:
    """East and north of the true position; for small offsets."""
    east = ((ra_deg - true_ra_deg + 180) % 360 - 180) * np.cos(np.radians(dec_deg)) * 3600
    return np.asarray(east), np.asarray(dec_deg - true_dec_deg) * 3600

"""The true stars of one chip at a pointing.

Bright ones are Tycho-2 stars. Fainter ones are drawn from star counts in cells of about 0.5 x 0.5 degrees,
each seeded by its own place in the sky, so that every chip, dither and night sees the same star in the same
place. Tycho-2 stars move from year to year; the faint ones, which no catalogue has, stay.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.catalogue import Tycho2
from adapters.simulator.sky.randomness import Purpose, generator_for
from adapters.simulator.sky.star_counts import stars_per_square_degree
from adapters.tycho2_motions import J2000
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE

BRIGHTEST_DRAWN_MAG: Final = 11.5
FAINTEST_DRAWN_MAG: Final = 20.5
CELL_DEG: Final = 0.5
MARGIN_PIXELS: Final = 64
PIXEL_TOLERANCE: Final = 1e-6
CHIP_RADIUS_DEG: Final = 0.41
"""Half a chip's diagonal (22'.8) with the margin in which a bright star still throws light on the chip."""

_MAGNITUDE_GRID: Final = np.linspace(BRIGHTEST_DRAWN_MAG, FAINTEST_DRAWN_MAG, 181)


@dataclass(frozen=True, slots=True)
class FieldStars:
    """Stars on and around a chip: arrays of one length; x, y are 0-based pixels of the imaging area."""

    ra_deg: NDArray[np.float64]
    dec_deg: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    from_tycho2: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def stars_on_chip(catalogue: Tycho2, wcs: WCS, year: float = J2000) -> FieldStars:
    """All stars whose centres lie on the imaging area of `wcs` in a year, or within 64 pixels of it."""
    height, width = IMAGING_SHAPE
    centre_ra, centre_dec = wcs.all_pix2world((width - 1) / 2, (height - 1) / 2, 0)
    known = catalogue.cone(float(centre_ra), float(centre_dec), CHIP_RADIUS_DEG).at(year)
    cells = [faint_stars(*cell) for cell in _cells_near(float(centre_ra), float(centre_dec), CHIP_RADIUS_DEG)]
    ra = np.concatenate([known.ra_deg, *(cell[0] for cell in cells)])
    dec = np.concatenate([known.dec_deg, *(cell[1] for cell in cells)])
    magnitude = np.concatenate([known.magnitude, *(cell[2] for cell in cells)])
    x, y = wcs.all_world2pix(ra, dec, 0, tolerance=PIXEL_TOLERANCE)
    near = (
        (x > -MARGIN_PIXELS)
        & (x < width - 1 + MARGIN_PIXELS)
        & (y > -MARGIN_PIXELS)
        & (y < height - 1 + MARGIN_PIXELS)
    )
    from_tycho2 = np.arange(len(ra)) < len(known)
    return FieldStars(ra[near], dec[near], magnitude[near], from_tycho2[near], x[near], y[near])


@lru_cache(maxsize=64)
def faint_stars(band: int, cell: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Right ascensions, declinations (degrees) and V magnitudes of the stars drawn in one cell of the sky."""
    dec_low, dec_high = np.radians(-90 + CELL_DEG * band), np.radians(-90 + CELL_DEG * (band + 1))
    width_deg = 360.0 / _cells_in_band(band)
    area = width_deg * np.degrees(np.sin(dec_high) - np.sin(dec_low))
    middle = SkyCoord((cell + 0.5) * width_deg, np.degrees((dec_low + dec_high) / 2), unit="deg").galactic
    cumulative = area * stars_per_square_degree(_MAGNITUDE_GRID, middle.l.deg, middle.b.deg)
    random = generator_for(Purpose.FAINT_STARS, band, cell)
    count = random.poisson(cumulative[-1] - cumulative[0])
    ra = (cell + random.random(count)) * width_deg
    dec = np.degrees(np.arcsin(random.uniform(np.sin(dec_low), np.sin(dec_high), count)))
    magnitude = np.interp(random.uniform(cumulative[0], cumulative[-1], count), cumulative, _MAGNITUDE_GRID)
    for values in (ra, dec, magnitude):
        values.setflags(write=False)
    return ra, dec, magnitude


def _cells_in_band(band: int) -> int:
    middle_deg = -90 + CELL_DEG * (band + 0.5)
    return max(1, round(360 * math.cos(math.radians(middle_deg)) / CELL_DEG))


def _cells_near(ra_deg: float, dec_deg: float, radius_deg: float) -> Iterator[tuple[int, int]]:
    """Every (band, cell) that a cone may touch."""
    first = int(max(dec_deg - radius_deg + 90, 0) / CELL_DEG)
    last = int(min(dec_deg + radius_deg + 90, 180 - 1e-9) / CELL_DEG)
    polar = abs(dec_deg) + radius_deg >= 90
    half_width_deg = (
        180.0
        if polar
        else float(np.degrees(np.arcsin(np.sin(np.radians(radius_deg)) / np.cos(np.radians(dec_deg)))))
    )
    for band in range(first, last + 1):
        cells = _cells_in_band(band)
        low = int(np.floor((ra_deg - half_width_deg) / 360 * cells))
        high = int(np.floor((ra_deg + half_width_deg) / 360 * cells))
        for cell in range(low, min(high, low + cells - 1) + 1):
            yield band, cell % cells

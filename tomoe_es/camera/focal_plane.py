"""The focal plane: where each of the 84 chips looks, relative to the boresight.

Four quadrant units Q1 to Q4 hold 21 chips each; DET_ID is 100 x quadrant + chip (chip 1 to 21). The chip map
is not public: this one is ours (drawn in docs/reference/chip-map.md).

- Chips stand in rows along right ascension. Row pitch 46'.0 (chip 22'.35, gap 23'.65), column pitch 53'.5
  (chip 39'.63, gap 13'.87); the boresight is in the middle of a gap both ways. All corners lie within 4.5
  degrees of the boresight: 84 chips, 20.7 square degrees of silicon in a field of 9 degrees.
- A quadrant has six rows, of 5, 4, 4, 4, 3 and 1 chips counted from the boresight outwards, and chips are
  numbered in that order, inner chip first. Q1 is north-east, Q2 north-west, Q3 south-west, Q4 south-east.
- The southern units are mounted turned by 180 degrees against the northern ones.
- The survey's four dithers (24' in declination, 33' in right ascension) close every gap along right
  ascension, and all but a strip of 1'.65 in 46' along declination, because 24' is more than a chip's height.

A chip at rotation 0 has x growing to the west and y to the north at the boresight. There is no instrument
rotator, so this never changes. The focal surface of a Schmidt telescope is a sphere: a chip's offset is an
arc on the sky, and the chip, flat, touches the sphere in its middle. Each chip therefore has its own gnomonic
projection (TAN) about its own centre, parallel to the others, without distortion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, PIXEL_SCALE_ARCSEC

if TYPE_CHECKING:
    from astropy.wcs import WCS

ROW_PITCH_DEG: Final = 46.0 / 60
COLUMN_PITCH_DEG: Final = 53.5 / 60
CHIPS_IN_ROW: Final = (5, 4, 4, 4, 3, 1)
FIELD_RADIUS_DEG: Final = 4.5

_EAST_NORTH_OF_QUADRANT: Final = {1: (1, 1), 2: (-1, 1), 3: (-1, -1), 4: (1, -1)}


@dataclass(frozen=True, slots=True)
class Chip:
    """One chip and its place: offsets of its centre from the boresight, arcs east and north positive."""

    det_id: int
    quadrant: int
    chip: int
    xi_deg: float
    eta_deg: float
    rotation_deg: int

    @property
    def radius_deg(self) -> float:
        """Angular distance of the centre from the boresight."""
        return math.hypot(self.xi_deg, self.eta_deg)


def _chip_map() -> Mapping[int, Chip]:
    places = [(column, row) for row, count in enumerate(CHIPS_IN_ROW) for column in range(count)]
    chips = {}
    for quadrant, (east, north) in _EAST_NORTH_OF_QUADRANT.items():
        for chip, (column, row) in enumerate(places, start=1):
            det_id = 100 * quadrant + chip
            chips[det_id] = Chip(
                det_id=det_id,
                quadrant=quadrant,
                chip=chip,
                xi_deg=east * (column + 0.5) * COLUMN_PITCH_DEG,
                eta_deg=north * (row + 0.5) * ROW_PITCH_DEG,
                rotation_deg=0 if north > 0 else 180,
            )
    return MappingProxyType(chips)


CHIPS: Final[Mapping[int, Chip]] = _chip_map()
"""Every chip by its DET_ID, in ascending order."""


def chip_wcs(det_id: int, ra_deg: float, dec_deg: float) -> WCS:
    """WCS of a chip's imaging area (2000 x 1128) when the boresight is at the given ICRS position.

    CRVAL and CRPIX are the middle of the chip. Raises KeyError when there is no such chip.
    """
    from astropy.wcs import WCS  # takes 0.3 s, and most who want the map don't want a WCS

    (x, y, z), east = _centre_and_east(CHIPS[det_id], math.radians(ra_deg), math.radians(dec_deg))
    centre_ra, centre_dec = math.atan2(y, x), math.atan2(z, math.hypot(x, y))
    local_east, local_north, _ = _sky_axes(centre_ra, centre_dec)
    tilt = math.atan2(float(east @ local_north), float(east @ local_east))
    scale_deg = PIXEL_SCALE_ARCSEC / 3600 * (1 if CHIPS[det_id].rotation_deg == 0 else -1)
    height, width = IMAGING_SHAPE
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cunit = ["deg", "deg"]
    wcs.wcs.crval = [math.degrees(centre_ra) % 360, math.degrees(centre_dec)]
    wcs.wcs.crpix = [(width + 1) / 2, (height + 1) / 2]
    wcs.wcs.cd = [
        [-scale_deg * math.cos(tilt), -scale_deg * math.sin(tilt)],
        [-scale_deg * math.sin(tilt), scale_deg * math.cos(tilt)],
    ]
    wcs.wcs.radesys = "ICRS"
    wcs.array_shape = IMAGING_SHAPE
    wcs.wcs.set()
    return wcs


def chip_centre(det_id: int, ra_deg: float, dec_deg: float) -> tuple[float, float]:
    """Right ascension and declination, degrees, of the middle of a chip for a boresight.

    Raises KeyError when there is no such chip.
    """
    (x, y, z), _ = _centre_and_east(CHIPS[det_id], math.radians(ra_deg), math.radians(dec_deg))
    return math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))


def _sky_axes(ra: float, dec: float) -> NDArray[np.float64]:
    """Unit vectors to the east, to the north and outwards at a position in radians, shape (3, 3)."""
    sin_ra, cos_ra, sin_dec, cos_dec = math.sin(ra), math.cos(ra), math.sin(dec), math.cos(dec)
    return np.array(
        [
            [-sin_ra, cos_ra, 0.0],
            [-sin_dec * cos_ra, -sin_dec * sin_ra, cos_dec],
            [cos_dec * cos_ra, cos_dec * sin_ra, sin_dec],
        ]
    )


def _centre_and_east(chip: Chip, ra: float, dec: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors to a chip's centre, and of the boresight's east carried there along the arc."""
    east, north, outwards = _sky_axes(ra, dec)
    arc = math.radians(chip.radius_deg)
    toward_east, toward_north = chip.xi_deg / chip.radius_deg, chip.eta_deg / chip.radius_deg
    heading = toward_east * east + toward_north * north
    centre = math.cos(arc) * outwards + math.sin(arc) * heading
    carried_heading = math.cos(arc) * heading - math.sin(arc) * outwards
    across = toward_north * east - toward_east * north
    return centre, toward_east * carried_heading + toward_north * across


def chips_for(count: int) -> tuple[int, ...]:
    """DET_IDs of the `count` chips nearest the boresight, nearest first, ties in order of DET_ID.

    Raises ValueError unless 1 <= count <= 84.
    """
    if not 1 <= count <= len(CHIPS):
        raise ValueError(
            f"{count} chips asked for; the camera has 1 to {len(CHIPS)}: give a number in that range"
        )
    nearest_first = sorted(CHIPS.values(), key=lambda chip: (round(chip.radius_deg, 9), chip.det_id))
    return tuple(chip.det_id for chip in nearest_first[:count])

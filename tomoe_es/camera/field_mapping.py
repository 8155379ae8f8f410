"""Where the sky falls on a chip: ideal camera, distortion of its optics, refraction of the air.

The Schmidt's distortion is ours, as the chip map is: radial and cubic. What stands on the focal surface at
an angle r from the boresight is seen at r (1 + DISTORTION (r / 4.5 degrees)^2), 8.1 arcsec further out at
the edge of the field. Over a chip this and the refraction are smooth: a TAN projection with SIP terms (Shupe
et al. 2005, ASP Conf. Ser. 347, 491) takes them in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import FIELD_RADIUS_DEG, chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.camera.refraction import Air, Refraction

if TYPE_CHECKING:
    from astropy.wcs import WCS

DISTORTION: Final = 5.0e-4
SIP_ORDER: Final = 2
"""What it leaves of the cubic term is 0.005 arcsec in the corners of the outermost chips."""
_GRID: Final = 7


def distorted_wcs(
    det_id: int,
    ra_deg: float,
    dec_deg: float,
    time_us: int,
    *,
    air: Air = Air(),  # noqa: B008  # frozen
    distortion: float = DISTORTION,
    order: int = SIP_ORDER,
) -> WCS:
    """WCS (TAN-SIP) of a chip's imaging area when the boresight is at an ICRS position at a UTC time.

    CRPIX is the middle of the chip. Raises KeyError when there is no such chip.
    """
    height, width = IMAGING_SHAPE
    ideal = chip_wcs(det_id, ra_deg, dec_deg)
    columns, rows = np.meshgrid(np.linspace(0, width - 1, _GRID), np.linspace(0, height - 1, _GRID))
    pixels = np.column_stack([columns.ravel(), rows.ravel()])
    middle = len(pixels) // 2
    boresight = unit_vectors(np.array([[ra_deg, dec_deg]]))[0]
    directions = _undistorted(
        unit_vectors(ideal.wcs_pix2world(pixels, 0)),
        boresight,
        distortion / math.radians(FIELD_RADIUS_DEG) ** 2,
    )
    sky_deg = positions_deg(Refraction(boresight, time_us, air).removed(directions))
    wcs = ideal.deepcopy()
    wcs.wcs.crval = sky_deg[middle]
    wcs.wcs.set()
    return with_distortion(wcs, pixels, sky_deg, order)


def with_distortion(wcs: WCS, pixels: NDArray[np.float64], sky_deg: NDArray[np.float64], order: int) -> WCS:
    """A TAN projection given the CD matrix and SIP terms that bring pixels (n, 2) to the sky (n, 2).

    CRVAL and CRPIX stay; sky and pixels must have been laid out so that they belong to each other.
    """
    from astropy.wcs import Sip

    plane = wcs.deepcopy()
    plane.wcs.crpix, plane.wcs.cd = [1.0, 1.0], np.eye(2)  # pixel 0 + w is the plane position w, in degrees
    plane.wcs.set()
    w = plane.wcs_world2pix(sky_deg, 0)
    u, v = (pixels + 1 - wcs.wcs.crpix).T
    powers = [(p, q) for p in range(order + 1) for q in range(order + 1 - p) if p + q >= 1]
    powers.sort(key=sum)
    scale = float(np.abs(pixels).max())
    basis = np.column_stack([(u / scale) ** p * (v / scale) ** q for p, q in powers])
    solved, *_ = np.linalg.lstsq(basis, w, rcond=None)
    terms = {power: row / scale ** sum(power) for power, row in zip(powers, solved, strict=True)}
    fitted = wcs.deepcopy()
    fitted.wcs.cd = np.column_stack([terms[1, 0], terms[0, 1]])
    a, b = np.zeros((2, order + 1, order + 1))
    for (p, q), row in terms.items():
        if p + q > 1:
            a[p, q], b[p, q] = np.linalg.solve(fitted.wcs.cd, row)
    fitted.sip = Sip(a, b, None, None, wcs.wcs.crpix)
    fitted.wcs.ctype = ["RA---TAN-SIP", "DEC--TAN-SIP"]
    fitted.wcs.set()
    return fitted


def unit_vectors(sky_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """ICRS unit vectors (n, 3) of positions (n, 2) in degrees."""
    ra, dec = np.radians(sky_deg).T
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def positions_deg(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions (n, 2), ICRS degrees, of unit vectors (n, 3)."""
    x, y, z = vectors.T
    return np.column_stack([np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))])


def _undistorted(
    directions: NDArray[np.float64], boresight: NDArray[np.float64], cubic: float
) -> NDArray[np.float64]:
    """Directions seen through the optics, of directions of the focal surface; `cubic` a squared radian."""
    along = directions @ boresight
    outwards = directions - along[:, None] * boresight
    sine = np.linalg.norm(outwards, axis=1)
    angle = np.arctan2(sine, along)
    outwards = np.divide(outwards, sine[:, None], out=np.zeros_like(outwards), where=sine[:, None] > 0)
    seen = angle * (1 + cubic * angle**2)
    return np.asarray(np.cos(seen)[:, None] * boresight + np.sin(seen)[:, None] * outwards)

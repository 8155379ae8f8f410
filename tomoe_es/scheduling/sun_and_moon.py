"""Where Sun and Moon stand for the observatory, computed once a minute of time and kept.

In a minute the Moon moves by half an arcminute against the stars. Its direction is seen from the observatory:
the parallax is up to a degree, precession of the site's own place (0.1 arcminute of that) is left out.
"""

from __future__ import annotations

import math
import operator
from functools import lru_cache

import erfa
import numpy as np

from tomoe_es.clock import MINUTE
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.scheduling.sky import julian_date, sun_altitude, sun_position

MOON_LIMIT_DEG = 7.0
"""The field's radius is 4.5 degrees; nearer than this the Moon is in it, or shines onto its edge."""

Vector = tuple[float, float, float]

_AU_M = 149_597_870_700.0


def sun_altitude_deg(time_us: int) -> float:
    """Altitude of the Sun's centre, good to a quarter of a degree, which it moves in a minute."""
    return _sun_altitude(time_us // MINUTE)


def sun_separation_deg(ra_deg: float, dec_deg: float, time_us: int) -> float:
    """Angle between an ICRS position and the Sun."""
    return _angle_deg(ra_deg, dec_deg, _sun(time_us // MINUTE))


def moon_separation_deg(ra_deg: float, dec_deg: float, time_us: int) -> float:
    """Angle between an ICRS position and the Moon."""
    return _angle_deg(ra_deg, dec_deg, _moon(time_us // MINUTE))


@lru_cache(maxsize=64)
def _sun_altitude(minute: int) -> float:
    return sun_altitude(minute * MINUTE)


@lru_cache(maxsize=64)
def _sun(minute: int) -> Vector:
    return _towards(*sun_position(minute * MINUTE))


@lru_cache(maxsize=64)
def _moon(minute: int) -> Vector:
    day, fraction = julian_date(minute * MINUTE)
    geocentric = np.asarray(erfa.moon98(day, fraction)["p"])
    site = erfa.gd2gc(1, np.deg2rad(LONGITUDE_DEG), np.deg2rad(LATITUDE_DEG), HEIGHT_M) / _AU_M
    turned = erfa.trxp(erfa.rz(erfa.era00(day, fraction), np.eye(3)), site)
    return _direction(geocentric - turned)


def _direction(position: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Vector:
    x, y, z = (float(each) for each in position)
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def _towards(ra_deg: float, dec_deg: float) -> Vector:
    ra, dec = math.radians(ra_deg), math.radians(dec_deg)
    return math.cos(dec) * math.cos(ra), math.cos(dec) * math.sin(ra), math.sin(dec)


def _angle_deg(ra_deg: float, dec_deg: float, towards: Vector) -> float:
    cosine = sum(map(operator.mul, _towards(ra_deg, dec_deg), towards))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))

"""Where Sun and Moon stand for the observatory, by the minute, computed as seldom as they allow and kept.

In a minute the Moon moves by half an arcminute against the stars, the Sun so little and so evenly that its
direction is computed once an hour. The Moon's direction is seen from the observatory:
the parallax is up to a degree, precession of the site's own place (0.1 arcminute of that) is left out.
"""

from __future__ import annotations

import math
import operator
from functools import lru_cache

import erfa

from tomoe_es.clock import HOUR, MINUTE
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.scheduling.sky import julian_date, sun_altitude, sun_position

MOON_LIMIT_DEG = 7.0
"""The field's radius is 4.5 degrees; nearer than this the Moon is in it, or shines onto its edge."""

Vector = tuple[float, float, float]

_AU_M = 149_597_870_700.0
_SITE = erfa.gd2gc(1, math.radians(LONGITUDE_DEG), math.radians(LATITUDE_DEG), HEIGHT_M)
_SITE_AU: list[float] = (_SITE / _AU_M).tolist()
_CLIMB_DEG = 15.1
"""The Sun's altitude changes by no more in an hour."""


def sun_altitude_deg(time_us: int) -> float:
    """Altitude of the Sun's centre, good to a quarter of a degree, which it moves in a minute."""
    return _sun_altitude(time_us // MINUTE)


def sun_is_up(time_us: int) -> bool:
    """Tell whether its centre is above the true horizon; while it is far below, one look an hour tells."""
    hour = time_us // HOUR * HOUR
    return sun_altitude_deg(hour) > -_CLIMB_DEG and sun_altitude_deg(time_us) > 0.0


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
    """Evenly between two whole hours: within 1e-5 degrees of where it is."""
    hour, minutes = divmod(minute, 60)
    (x, y, z), (x_next, y_next, z_next) = _sun_at_hour(hour), _sun_at_hour(hour + 1)
    passed = minutes / 60
    return _unit(x + (x_next - x) * passed, y + (y_next - y) * passed, z + (z_next - z) * passed)


@lru_cache(maxsize=4)
def _sun_at_hour(hour: int) -> Vector:
    return _towards(*sun_position(hour * HOUR))


@lru_cache(maxsize=64)
def _moon(minute: int) -> Vector:
    day, fraction = julian_date(minute * MINUTE)
    x, y, z = erfa.moon98(day, fraction)["p"].tolist()
    turn = float(erfa.era00(day, fraction))
    sine, cosine = math.sin(turn), math.cos(turn)
    return _unit(
        x - (_SITE_AU[0] * cosine - _SITE_AU[1] * sine),
        y - (_SITE_AU[0] * sine + _SITE_AU[1] * cosine),
        z - _SITE_AU[2],
    )


def _unit(x: float, y: float, z: float) -> Vector:
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def _towards(ra_deg: float, dec_deg: float) -> Vector:
    ra, dec = math.radians(ra_deg), math.radians(dec_deg)
    return math.cos(dec) * math.cos(ra), math.cos(dec) * math.sin(ra), math.sin(dec)


def _angle_deg(ra_deg: float, dec_deg: float, towards: Vector) -> float:
    cosine = sum(map(operator.mul, _towards(ra_deg, dec_deg), towards))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))

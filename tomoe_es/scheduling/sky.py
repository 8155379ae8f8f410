"""Where things are in the sky of the observatory, by the IAU SOFA routines (ERFA).

UT1 is taken as UTC (at most 0.9 s, 14 arcsec in azimuth) and polar motion as zero: enough for choosing
targets, turning the dome and judging the Sun, and it needs no table that could be out of date.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import NamedTuple

import erfa
import numpy as np

from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG

SUN_UP_DEG = -0.833
"""Altitude of the Sun's centre when its upper limb is on the horizon, with mean refraction."""

_JD_1970 = 2440587.5
_DAY_US = 86_400_000_000
_LONGITUDE, _LATITUDE = np.deg2rad(LONGITUDE_DEG), np.deg2rad(LATITUDE_DEG)


class Horizontal(NamedTuple):
    """A direction seen from the observatory, without refraction."""

    azimuth_deg: float  # from north through east
    altitude_deg: float


def julian_date(time_us: int) -> tuple[float, float]:
    """Julian date of a UTC time, in two parts."""
    days, rest = divmod(time_us, _DAY_US)
    return _JD_1970 + days, rest / _DAY_US


@lru_cache(maxsize=4096)  # several deciders ask for the same moment
def horizontal(ra_deg: float, dec_deg: float, time_us: int) -> Horizontal:
    """Azimuth and altitude (degrees) of an ICRS position at a UTC time."""
    day, fraction = julian_date(time_us)
    with warnings.catch_warnings():
        # ERFA calls years beyond its leap second table dubious; a second of time does not matter here.
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        azimuth, zenith_distance, *_ = erfa.atco13(
            np.deg2rad(ra_deg), np.deg2rad(dec_deg), 0.0, 0.0, 0.0, 0.0,
            day, fraction, 0.0, _LONGITUDE, _LATITUDE, HEIGHT_M, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5,
        )  # fmt: skip
    return Horizontal(float(np.rad2deg(azimuth)), 90.0 - float(np.rad2deg(zenith_distance)))


def equatorial(azimuth_deg: float, altitude_deg: float, time_us: int) -> tuple[float, float]:
    """ICRS right ascension and declination (degrees) of a direction at a UTC time."""
    day, fraction = julian_date(time_us)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        ra, dec = erfa.atoc13(
            "A", np.deg2rad(azimuth_deg), np.deg2rad(90.0 - altitude_deg),
            day, fraction, 0.0, _LONGITUDE, _LATITUDE, HEIGHT_M, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5,
        )  # fmt: skip
    return float(np.rad2deg(ra)) % 360.0, float(np.rad2deg(dec))


def sun_position(time_us: int) -> tuple[float, float]:
    """ICRS right ascension and declination (degrees) of the Sun at a UTC time."""
    day, fraction = julian_date(time_us)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        heliocentric, _ = erfa.epv00(day, fraction)  # TDB is UTC within 70 s: 3 arcsec of the Sun's motion
    ra, dec = erfa.c2s(-np.asarray(heliocentric["p"]))
    return float(np.rad2deg(ra)) % 360.0, float(np.rad2deg(dec))


@lru_cache(maxsize=4096)
def sun_altitude(time_us: int) -> float:
    """Altitude (degrees) of the Sun's centre at a UTC time, without refraction."""
    return horizontal(*sun_position(time_us), time_us).altitude_deg


def separation_arcsec(ra1_deg: float, dec1_deg: float, ra2_deg: float, dec2_deg: float) -> float:
    """Angle on the sky between two positions (degrees)."""
    angle = erfa.seps(np.deg2rad(ra1_deg), np.deg2rad(dec1_deg), np.deg2rad(ra2_deg), np.deg2rad(dec2_deg))
    return float(np.rad2deg(angle)) * 3600.0


def offset(ra_deg: float, dec_deg: float, east_arcsec: float, north_arcsec: float) -> tuple[float, float]:
    """Position (degrees) at a tangent-plane offset from another."""
    ra, dec = erfa.tpsts(
        np.deg2rad(east_arcsec / 3600.0),
        np.deg2rad(north_arcsec / 3600.0),
        np.deg2rad(ra_deg),
        np.deg2rad(dec_deg),
    )
    return float(np.rad2deg(ra)) % 360.0, float(np.rad2deg(dec))

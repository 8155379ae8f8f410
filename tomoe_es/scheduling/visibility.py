"""Whether a target is high enough to be observed, at a moment and over a time window."""

from __future__ import annotations

import numpy as np

from tomoe_es.clock import DAY
from tomoe_es.observatory import LATITUDE_DEG, LOWEST_ALTITUDE_DEG
from tomoe_es.scheduling.sky import horizontal

SIDEREAL_DAY_US = round(DAY / 1.002737909350795)
"""From one culmination of a star to the next (IERS Conventions 2010, ratio of UT1 to sidereal rate)."""


def culmination_altitude(dec_deg: float) -> float:
    """Highest altitude (degrees) that a declination ever reaches at the observatory."""
    return 90.0 - abs(LATITUDE_DEG - dec_deg)


def visible_at(ra_deg: float, dec_deg: float, time_us: int) -> bool:
    """Tell whether a position (ICRS) is not below the lowest altitude at a UTC time."""
    return horizontal(ra_deg, dec_deg, time_us).altitude_deg >= LOWEST_ALTITUDE_DEG


def _next_culmination_us(ra_deg: float, dec_deg: float, time_us: int) -> int:
    """When the position next crosses the upper meridian; good to a second but at the celestial poles."""
    azimuth_deg, altitude_deg = horizontal(ra_deg, dec_deg, time_us)
    azimuth, altitude, latitude = np.deg2rad([azimuth_deg, altitude_deg, LATITUDE_DEG])
    hour_angle = np.arctan2(
        -np.sin(azimuth) * np.cos(altitude),
        np.sin(altitude) * np.cos(latitude) - np.cos(altitude) * np.cos(azimuth) * np.sin(latitude),
    )
    return time_us + round(float(-hour_angle / (2 * np.pi)) % 1.0 * SIDEREAL_DAY_US)


def highest_altitude(ra_deg: float, dec_deg: float, start_us: int, end_us: int) -> float:
    """Highest altitude (degrees) of a position (ICRS) from one UTC time to another.

    A star climbs until it culminates and sinks afterwards, so the ends of the window and the culminations
    within it are all that need be looked at: a tenth of a millisecond, however long the window.
    """
    moments = [start_us, end_us]
    culmination_us = _next_culmination_us(ra_deg, dec_deg, start_us)
    if culmination_us < end_us:
        moments.append(culmination_us)
    return max(horizontal(ra_deg, dec_deg, moment).altitude_deg for moment in moments)

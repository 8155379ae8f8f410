"""The weather limits, which are ours to define (they are not public): quick to close, slow to open."""

from __future__ import annotations

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events.weather import WeatherRead

WIND_LIMIT_M_S = 12.0
HUMIDITY_LIMIT_PERCENT = 90.0
CLOUD_LIMIT_C = -18.0
"""Infrared sky temperature minus air temperature: a clear sky is some 30 degrees colder than the air."""

STALE_AFTER = 60 * SECOND
"""A monitor that has said nothing for so long counts as unsafe; so does one whose clock is so far ahead."""
FROZEN_AFTER = 6
"""So many readings in a row that are alike in every field count as unsafe: real weather varies."""
SAFE_AFTER = 10 * MINUTE
"""So long must every limit be kept before anything opens."""
CLOSE_AGAIN_AFTER = MINUTE
"""In danger, what does not read closed or closing is told again so often."""
CLOUDY_AFTER = 2 * MINUTE
CLEAR_AFTER = 5 * MINUTE


def exceeded(reading: WeatherRead) -> list[str]:
    """The limits that a reading exceeds, for people; empty when none."""
    reasons = []
    if reading.rain:
        reasons.append("rain")
    if reading.wind_speed_m_s > WIND_LIMIT_M_S:
        reasons.append(f"wind {reading.wind_speed_m_s:.1f} m/s above {WIND_LIMIT_M_S:g}")
    if reading.humidity_percent > HUMIDITY_LIMIT_PERCENT:
        reasons.append(f"humidity {reading.humidity_percent:.0f} % above {HUMIDITY_LIMIT_PERCENT:g}")
    return reasons


def reasons_against(
    reading: WeatherRead | None, *, answers: bool, same_readings: int, age_us: int = 0
) -> list[str]:
    """Why the weather is unsafe or not known, for people; empty when it lets things be open."""
    reasons = exceeded(reading) if reading is not None else ["no weather reading"]
    if not answers:
        reasons.append("weather monitor does not answer")
    elif age_us > STALE_AFTER:
        reasons.append(f"weather reading older than {STALE_AFTER // SECOND} s")
    elif age_us < -STALE_AFTER:
        reasons.append("weather reading from a clock that is ahead")
    elif same_readings >= FROZEN_AFTER:
        reasons.append("weather reading frozen")
    return reasons


def is_cloudy(reading: WeatherRead) -> bool:
    """Tell whether the sky is as warm as clouds are."""
    return reading.sky_temperature_c - reading.temperature_c > CLOUD_LIMIT_C

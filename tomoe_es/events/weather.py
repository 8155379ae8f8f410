"""Events of the weather: readings of the monitor, and what they mean."""

from __future__ import annotations

from tomoe_es.events.base import Event


class WeatherEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the weather at the dome."""

    def stream(self) -> str:
        return "weather"


class WeatherRead(WeatherEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The weather monitor's own reading."""

    rain: bool
    wind_speed_m_s: float
    wind_direction_deg: float
    humidity_percent: float
    temperature_c: float
    dome_temperature_c: float
    sky_temperature_c: float  # infrared; clouds are warm, a clear sky is cold
    pressure_hpa: float


class WeatherBecameUnsafe(WeatherEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A limit is exceeded: slit and mirror cover close now."""

    reasons: list[str]


class WeatherBecameSafe(WeatherEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Every limit has been kept for the required time."""

    since_us: int


class SkyBecameCloudy(WeatherEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The sky is too cloudy to observe; nothing is in danger."""

    sky_temperature_c: float


class SkyBecameClear(WeatherEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The sky has been clear for the required time."""

    sky_temperature_c: float

"""The simulated weather of one night: what the night script says, over a calm clear night of the season.

Every quantity is a function of time and seed alone. The figures are ours, chosen to be like Kiso's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec
import numpy as np

from adapters.simulator.chance import wandering
from tomoe_es.clock import HOUR, MINUTE, SECOND, to_datetime
from tomoe_es.events.weather import WeatherRead
from tomoe_es.night import JST, night_span

SpellKind = Literal["clear", "clouds", "rain", "wind"]
SPELL_KINDS: tuple[SpellKind, ...] = get_args(SpellKind)

CLEAR_SKY_C = -35.0
"""Infrared temperature of a clear sky minus that of the air."""
OVERCAST_SKY_C = -3.0
"""The same under a closed cover of cloud."""
OVERCAST_EXTINCTION_MAG = 10.0
STRONGEST_WIND_M_S = 20.0
"""Wind of a spell of strength 1, before gusts."""
CALM_WIND_M_S = 2.0
_LONGEST_RAMP_US = 5 * MINUTE
_COLDEST_HOUR, _WARMEST_HOUR = 17.5, 2.0  # after local noon: 05:30 and 14:00 JST
_HALF_DAILY_RANGE_C = 4.0


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """A time (UTC microseconds) of one kind of weather. A clear one takes away what is listed before it."""

    kind: SpellKind
    from_us: int
    to_us: int
    strength: float = 1.0  # above 0 to 1; of clouds: the cover, of wind: the part of the strongest

    def amount(self, time_us: int) -> float:
        """Strength at a time: it comes and goes within 5 minutes, or within a quarter of a short spell."""
        ramp = min(_LONGEST_RAMP_US, (self.to_us - self.from_us) / 4)
        return self.strength * max(
            0.0, min(1.0, (time_us - self.from_us) / ramp, (self.to_us - time_us) / ramp)
        )


class _Amounts(msgspec.Struct):
    clouds: float = 0.0
    rain: float = 0.0
    wind: float = 0.0


class Weather:
    """The weather of one night; ask it for any time."""

    def __init__(self, spells: Sequence[Spell], night: str, seed: int) -> None:
        self._spells = tuple(spells)
        self._night = night
        self._noon, _ = night_span(night)
        self._seed = seed
        day_of_year = to_datetime(self._noon).astimezone(JST).timetuple().tm_yday
        # Warmest at the beginning of August: mean 20 C in summer, -2 C in winter.
        self._mean_c = 9.0 + 11.0 * math.cos(2.0 * math.pi * (day_of_year - 215) / 365.25)

    def begin(self, spell: Spell) -> None:
        """Have one more spell, after all others; for tests that let the weather turn while a night runs."""
        self._spells += (spell,)

    def replace(self, spells: Sequence[Spell]) -> None:
        """Have these spells instead of all others: the weather of a past night goes on differently."""
        self._spells = tuple(spells)

    def cloud_cover(self, time_us: int) -> float:
        """Part of the sky that is covered, 0 (none) to 1 (closed); patchy unless 0 or closed by rain."""
        amounts = self._amounts(time_us)
        patchy = amounts.clouds * (1.0 + 0.15 * self._wander("clouds", time_us, MINUTE))
        return min(1.0, max(patchy, amounts.rain))

    def transparency(self, time_us: int) -> float:
        """Part of the starlight that comes through, 1 under a clear sky: extinction is 10 cover^2 mag."""
        return float(10.0 ** (-0.4 * OVERCAST_EXTINCTION_MAG * self.cloud_cover(time_us) ** 2))

    def temperature_c(self, time_us: int) -> float:
        """Air temperature: falls from 14:00 to 05:30 JST by 8 degrees."""
        hours = (time_us - self._noon) / HOUR
        daily = np.interp(
            hours,
            [_WARMEST_HOUR - 8.5, _WARMEST_HOUR, _COLDEST_HOUR, _WARMEST_HOUR + 24.0],
            [-_HALF_DAILY_RANGE_C, _HALF_DAILY_RANGE_C, -_HALF_DAILY_RANGE_C, _HALF_DAILY_RANGE_C],
        )
        return self._mean_c + float(daily) + 0.3 * self._wander("temperature", time_us, 20 * MINUTE)

    def reading(self, time_us: int) -> WeatherRead:
        """What a sound monitor says: sky temperature is that of the air - 35 + 32 cover, in Celsius."""
        amounts = self._amounts(time_us)
        cover = self.cloud_cover(time_us)
        temperature = self.temperature_c(time_us)
        sky = temperature + CLEAR_SKY_C + (OVERCAST_SKY_C - CLEAR_SKY_C) * cover
        wind = CALM_WIND_M_S + (STRONGEST_WIND_M_S - CALM_WIND_M_S) * amounts.wind
        humidity = 60.0 - 2.0 * (temperature - self._mean_c) + 15.0 * cover + 30.0 * amounts.rain
        return WeatherRead(
            rain=amounts.rain > 0.0,
            wind_speed_m_s=round(wind * (1.0 + 0.2 * self._wander("gusts", time_us, 20 * SECOND)), 1),
            wind_direction_deg=round(315.0 + 40.0 * self._wander("wind direction", time_us, HOUR), 1),
            humidity_percent=round(min(99.0, humidity + 2.0 * self._wander("humidity", time_us, HOUR)), 1),
            temperature_c=round(temperature, 2),
            dome_temperature_c=round(self.temperature_c(time_us - HOUR), 2),
            sky_temperature_c=round(sky + 0.5 * self._wander("sky", time_us, MINUTE), 2),
            pressure_hpa=round(886.0 - 6.0 * cover + 2.0 * self._wander("pressure", time_us, 6 * HOUR), 1),
        )

    def clear(self) -> Weather:
        """The same night without its spells."""
        return Weather((), self._night, self._seed)

    def _amounts(self, time_us: int) -> _Amounts:
        amounts = _Amounts()
        for spell in self._spells:
            amount = spell.amount(time_us)
            match spell.kind:
                case "clouds":
                    amounts.clouds = max(amounts.clouds, amount)
                case "rain":
                    amounts.rain = max(amounts.rain, amount)
                case "wind":
                    amounts.wind = max(amounts.wind, amount)
                case "clear":
                    rest = 1.0 - amount
                    amounts.clouds *= rest
                    amounts.rain *= rest
                    amounts.wind *= rest
        return amounts

    def _wander(self, what: str, time_us: int, period_us: int) -> float:
        return wandering(self._seed, what, time_us, period_us)

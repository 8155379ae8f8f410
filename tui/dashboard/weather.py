"""The weather: whether it is safe, whether the sky is clear, and the readings behind it."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style

from projections.hardware import STALE_SECONDS
from projections.overview_model import WeatherOverview
from tomoe_es.clock import SECOND
from tui.dashboard.lines import Line, line, wrapped
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, CAUTION, GOOD, NORMAL, QUIET
from tui.dashboard.panel import Panel
from tui.dashboard.wording import brief_duration, jst

_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


class WeatherPanel(Panel):
    """Safe, unsafe (why) or unknown; clear or cloudy; rain, wind, humidity, temperatures; age."""

    NUMBER: ClassVar[int] = 7
    NAME: ClassVar[str] = "weather"

    def title(self, moment: Moment) -> str:
        """Age of the reading."""
        weather = moment.overview.weather
        return f"{brief_duration(_age(weather, moment.now_us))} old" if weather.read_us else ""

    def alarms(self, moment: Moment) -> bool:
        """The weather is not known to be safe."""
        weather = moment.overview.weather
        return weather.safe is not True or _age(weather, moment.now_us) > STALE_SECONDS

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """The verdict first, then the readings."""
        weather = moment.overview.weather
        if not weather.read_us:
            return [line((" UNKNOWN: the weather was never read", ALARM))]
        lines = [_verdict(weather)]
        if _age(weather, moment.now_us) > STALE_SECONDS:
            lines.append(line((f" NO READING FOR {brief_duration(_age(weather, moment.now_us))}", ALARM)))
        if weather.reasons:
            lines.extend(line((f" {text}", ALARM)) for text in wrapped(", ".join(weather.reasons), width - 2))
        return [*lines, *_readings(weather)]


def _age(weather: WeatherOverview, now_us: int) -> float:
    return max((now_us - weather.read_us) / SECOND, 0.0)


def _verdict(weather: WeatherOverview) -> Line:
    safe = {True: ("SAFE", GOOD), False: ("UNSAFE", ALARM), None: ("SAFETY UNKNOWN", ALARM)}[weather.safe]
    sky = {True: ("CLOUDY", CAUTION), False: ("clear", GOOD), None: ("sky unknown", CAUTION)}[weather.cloudy]
    since = f"  since {jst(weather.since_us)}" if weather.since_us else ""
    return line(" ", safe, (", ", QUIET), sky, (since, QUIET))


def _readings(weather: WeatherOverview) -> list[Line]:
    rain: tuple[str, Style] = ("RAIN", ALARM) if weather.rain else ("no rain", NORMAL)
    if weather.rain is None:
        rain = ("rain unknown", CAUTION)
    wind = f"wind {_number(weather.wind_speed_m_s)} m/s"
    if weather.wind_direction_deg is not None:
        wind += f" from {_WINDS[round(weather.wind_direction_deg / 45) % 8]}"
    sky, air, dome = weather.sky_temperature_c, weather.temperature_c, weather.dome_temperature_c
    pressure = _number(weather.pressure_hpa, 0)
    return [
        line(" ", rain, f", {wind}"),
        line(f" humidity {_number(weather.humidity_percent, 0)} %, sky {_number(sky)} °C"),
        line((f" air {_number(air)} °C, dome {_number(dome)} °C, {pressure} hPa", QUIET)),
    ]


def _number(value: float | None, digits: int = 1) -> str:
    return "?" if value is None else f"{value:.{digits}f}"

"""The simulated weather monitor: a reading every 10 seconds. It takes no commands."""

from __future__ import annotations

from adapters.simulator.devices.faults import FaultKind, Faults
from adapters.simulator.devices.polling import PolledDevice
from adapters.simulator.weather import Weather
from tomoe_es.clock import SECOND
from tomoe_es.control.ports import Recorder, Timers
from tomoe_es.events.weather import WeatherRead

READING_US = 10 * SECOND


class WeatherMonitor(PolledDevice):
    """Reads the night's weather. Failed it falls silent; lying it tells of a clear calm night."""

    name = "weather"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults, weather: Weather) -> None:
        super().__init__(timers, record, faults)
        self._weather = weather
        self._clear_weather = weather.clear()

    def start(self, initial: WeatherRead | None = None, *, unreachable: bool = False) -> None:
        """Begin to give readings; the last one of a night that is resumed does not change the weather."""
        self._start(unreachable=unreachable)

    def _faults_changed(self, begun: frozenset[FaultKind], ended: frozenset[FaultKind], now: int) -> None:
        """Silence and lies are looked at when it is read."""

    def _silent(self) -> bool:
        return "fail" in self._faulty

    def _read(self, now: int) -> WeatherRead:
        return (self._clear_weather if "lie" in self._faulty else self._weather).reading(now)

    def _next_reading(self, now: int) -> int | None:
        if self._silent():
            return None
        return max(now + 1, self._last_read + round(READING_US * self._faults.slowness(self.name, now)))

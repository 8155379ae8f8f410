"""The weather watch over its state, as its tests ask it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.tomoe_es.control.observatory import NIGHT, plan
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import evolution, fitness, weather_watch
from tomoe_es.control import state as control_state
from tomoe_es.events import Event, safety, system, weather
from tomoe_es.events.envelope import Recorded

NOON = 1_702_350_000 * SECOND


def reading(
    *,
    rain: bool = False,
    clouds: bool = False,
    wind: float = 2.0,
    humidity: float = 60.0,
    pressure: float = 886.0,
) -> weather.WeatherRead:
    return weather.WeatherRead(
        rain=rain,
        wind_speed_m_s=wind,
        wind_direction_deg=315.0,
        humidity_percent=humidity,
        temperature_c=2.0,
        dome_temperature_c=3.0,
        sky_temperature_c=-3.0 if clouds else -33.0,
        pressure_hpa=pressure,
    )


class Watch:
    """The decider over its state, with a reading whenever the test says so; what it decides is taken in."""

    def __init__(self, *, sky_known: bool = True) -> None:
        self.state = control_state.initial()
        self.now = NOON
        self.decided: list[tuple[int, Event]] = []  # minutes since the beginning
        self._position = 0
        self._take_in(plan())
        self._take_in(system.NightPhaseEntered(night=NIGHT, phase="observing", reason="test"))
        self._take_in(safety.DevicesReconciled(differences=[]))
        if sky_known:
            self._take_in(weather.SkyBecameClear(sky_temperature_c=-33.0))

    def _take_in(self, event: Event) -> Recorded:
        self._position += 1
        recorded = Recorded(self._position, event.stream(), 1, self.now, 0, 0, 0, "test", event)
        evolution.evolve(self.state, recorded)
        return recorded

    def tell(self, event: Event) -> list[Event]:
        recorded = self._take_in(event)
        return self._decided(recorded)

    def wake(self) -> list[Event]:
        """Let it look by itself at the time that it asked for."""
        when = weather_watch.next_wakeup(self.state, self.now)
        assert when is not None
        self.now = when
        return self._decided(None)

    def read(self, minutes: float, **conditions: object) -> list[Event]:
        """Readings every 10 s for so long, in air that is never still; returns what was decided on them."""
        decided: list[Event] = []
        for _ in range(round(minutes * 6)):
            self.now += 10 * SECOND
            self.hear_devices()
            pressure = 886.0 + self.now // (10 * SECOND) % 2 / 10
            decided += self.tell(reading(pressure=pressure, **conditions))  # type: ignore[arg-type]
        return decided

    def repeat(self, times: int) -> list[Event]:
        """The newest reading again every 10 s, alike in every field."""
        newest = self.state.hardware.weather
        assert newest is not None
        decided: list[Event] = []
        for _ in range(times):
            self.now += 10 * SECOND
            self.hear_devices()
            decided += self.tell(newest)
        return decided

    def hear_devices(self, *but: str) -> None:
        """All of them give a reading now, but for these."""
        self.state.hardware.read_at |= {each: self.now for each in fitness.REQUIRED if each not in but}

    def _decided(self, recorded: Recorded | None) -> list[Event]:
        events = [each.event for each in weather_watch.decide(self.state, recorded, self.now)]
        for event in events:
            self._take_in(event)
            self.decided.append(((self.now - NOON) // MINUTE, event))
        return events


def names(events: Sequence[Event]) -> list[str]:
    return [type(each).__name__ for each in events]


UNSAFE = ["WeatherBecameUnsafe", "ObservingSuspended", "MirrorCoverCommanded", "DomeSlitCommanded"]

"""What devices read and were told, and how the weather is judged."""

from __future__ import annotations

from tomoe_es.control import hardware, weather_limits
from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.state import Control
from tomoe_es.events import Event, telescope, weather
from tomoe_es.events.envelope import Recorded


def _hardware(state: Control, recorded: Recorded, event: Event) -> None:
    hardware.evolve(state.hardware, recorded)


def _unreachable(state: Control, recorded: Recorded, event: telescope.DeviceUnreachable) -> None:
    hardware.evolve(state.hardware, recorded)
    if event.device == "weather":
        state.weather.good_since = state.weather.clear_since = state.weather.cloud_since = 0


def _weather_read(state: Control, recorded: Recorded, event: weather.WeatherRead) -> None:
    before = state.hardware.read_at.get("weather", recorded.time)
    if hardware.is_late(state.hardware, recorded):
        return
    known = state.weather
    known.same_readings = known.same_readings + 1 if event == state.hardware.weather else 1
    hardware.evolve(state.hardware, recorded)
    if known.same_readings >= weather_limits.FROZEN_AFTER:
        known.good_since = known.clear_since = known.cloud_since = 0
        return
    if recorded.time - before > weather_limits.STALE_AFTER:
        known.good_since = known.clear_since = known.cloud_since = 0
    good, cloudy = not weather_limits.exceeded(event), weather_limits.is_cloudy(event)
    known.good_since = (known.good_since or recorded.time) if good else 0
    known.clear_since = 0 if cloudy else (known.clear_since or recorded.time)
    known.cloud_since = (known.cloud_since or recorded.time) if cloudy else 0


def _became_unsafe(state: Control, recorded: Recorded, event: weather.WeatherBecameUnsafe) -> None:
    state.weather.safe, state.weather.good_since = False, 0


def _became_safe(state: Control, recorded: Recorded, event: weather.WeatherBecameSafe) -> None:
    state.weather.safe = True


def _cloudy(state: Control, recorded: Recorded, event: weather.SkyBecameCloudy) -> None:
    state.weather.cloudy = state.weather.sky_known = True


def _clear(state: Control, recorded: Recorded, event: weather.SkyBecameClear) -> None:
    state.weather.cloudy, state.weather.sky_known = False, True


def _opened_or_closed(
    state: Control, recorded: Recorded, event: telescope.MirrorCoverCommanded | telescope.DomeSlitCommanded
) -> None:
    state.told[event.stream()] = (event.action, recorded.time)
    if event.action == "close":
        state.weather.closed_at = recorded.time


def _told(state: Control, recorded: Recorded, event: Event) -> None:
    state.told[event.stream()] = (type(event).__name__, recorded.time)


HANDLERS: dict[type[Event], Handler] = {
    **dict.fromkeys(hardware.EVENT_TYPES, _hardware),
    weather.WeatherBecameUnsafe: _became_unsafe,
    weather.WeatherBecameSafe: _became_safe,
    weather.SkyBecameCloudy: _cloudy,
    weather.SkyBecameClear: _clear,
    weather.WeatherRead: _weather_read,
    telescope.DeviceUnreachable: _unreachable,
    telescope.MirrorCoverCommanded: _opened_or_closed,
    telescope.DomeSlitCommanded: _opened_or_closed,
    telescope.MountSlewCommanded: _told,
    telescope.MountParkCommanded: _told,
    telescope.MountStopCommanded: _told,
    telescope.DomeRotationCommanded: _told,
    telescope.DomeRotationStopCommanded: _told,
    telescope.FocusCommanded: _told,
    telescope.FocusStopCommanded: _told,
}

"""Decides from the weather readings whether observing may go on; closes at once, lets open slowly.

Readings that are missing, stale or frozen count as danger.
"""

from __future__ import annotations

from tomoe_es.control import evolution
from tomoe_es.control import weather_limits as limits
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.state import Control
from tomoe_es.events import Event, queue, system, telescope, weather
from tomoe_es.events.envelope import Recorded

NAME = "weather watch"
INPUTS: frozenset[type[Event]] = frozenset(
    {weather.WeatherRead, telescope.DeviceUnreachable, system.NightPhaseEntered}
)
CLOUDS = "clouds"


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Judge the newest reading, or its absence."""
    if not _watching(state):
        return []
    cause = recorded.position if recorded is not None else state.night.position
    reasons, known = _dangers(state, now), state.weather
    danger, clouds = _danger(state, reasons, now), _clouds(state, now)
    safe = any(isinstance(each, weather.WeatherBecameSafe) for each in danger) or (known.safe and not reasons)
    cloudy = isinstance(clouds[0], weather.SkyBecameCloudy) if clouds else known.cloudy
    events = [*danger, *clouds, *_consequence(state, reasons, safe=safe, cloudy=cloudy)]
    if reasons or (not safe and _closed_by_weather(state)):
        events += _closing(state, reasons or ["it was told to close, and reads open"], now)
    return [Decision(event, cause) for event in events]


def next_wakeup(state: Control, now: int) -> int | None:
    """When the newest reading will be stale, or when to close again what is still open in danger."""
    if not _watching(state):
        return None
    if state.weather.safe:
        return max(now, state.hardware.read_at.get("weather", now) + limits.STALE_AFTER + 1)
    if (_closed_by_weather(state) or _dangers(state, now)) and _not_closing(state):
        return max(now, state.weather.closed_at + limits.CLOSE_AGAIN_AFTER)
    return None


def _watching(state: Control) -> bool:
    return state.night.phase not in ("", *system.NIGHT_OVER)


def _dangers(state: Control, now: int) -> list[str]:
    reading = state.hardware.weather
    reasons = limits.exceeded(reading) if reading is not None else ["no weather reading"]
    if "weather" in state.hardware.unreachable:
        reasons.append("weather monitor does not answer")
    elif reading is not None and now - state.hardware.read_at["weather"] > limits.STALE_AFTER:
        reasons.append(f"weather reading older than {limits.STALE_AFTER // 1_000_000} s")
    elif state.weather.same_readings >= limits.FROZEN_AFTER:
        reasons.append("weather reading frozen")
    return reasons


def _danger(state: Control, reasons: list[str], now: int) -> list[Event]:
    known = state.weather
    if reasons and known.safe:
        return [weather.WeatherBecameUnsafe(reasons=reasons)]
    if not reasons and not known.safe and known.good_since and now - known.good_since >= limits.SAFE_AFTER:
        return [weather.WeatherBecameSafe(since_us=known.good_since)]
    return []


def _clouds(state: Control, now: int) -> list[Event]:
    reading, known = state.hardware.weather, state.weather
    if reading is None:
        return []
    if not known.cloudy and known.cloud_since and now - known.cloud_since >= limits.CLOUDY_AFTER:
        return [weather.SkyBecameCloudy(sky_temperature_c=reading.sky_temperature_c)]
    changes = known.cloudy or not known.sky_known
    if changes and known.clear_since and now - known.clear_since >= limits.CLEAR_AFTER:
        return [weather.SkyBecameClear(sky_temperature_c=reading.sky_temperature_c)]
    return []


def _consequence(state: Control, reasons: list[str], *, safe: bool, cloudy: bool) -> list[Event]:
    """Suspend observing, or let it go on once no reason is left; before it was ever safe it waits anyway."""
    if state.weather.safe and not safe:
        return [queue.ObservingSuspended(reasons=[*reasons, CLOUDS] if cloudy else reasons)]
    if safe and cloudy and state.suspended != [CLOUDS]:
        return [queue.ObservingSuspended(reasons=[CLOUDS])]
    if safe and not cloudy and state.suspended:
        return [queue.ObservingResumed(reason="weather is safe and sky is clear")]
    return []


def _closed_by_weather(state: Control) -> bool:
    """Tell whether the weather had all closed: a command that a crash lost is given until it is safe."""
    return any(each != CLOUDS for each in state.suspended)


def _closing(state: Control, reasons: list[str], now: int) -> list[Event]:
    """Close both at once when danger comes; later again what does not obey, or never got the command."""
    why = "weather: " + ", ".join(reasons)
    cover = telescope.MirrorCoverCommanded(action="close", reason=why)
    slit = telescope.DomeSlitCommanded(action="close", reason=why)
    if state.weather.safe:
        return [cover, slit]
    if now - state.weather.closed_at < limits.CLOSE_AGAIN_AFTER:
        return []
    again = _not_closing(state)
    return [command for device, command in (("mirror_cover", cover), ("dome_slit", slit)) if device in again]


def _not_closing(state: Control) -> list[str]:
    """Which of mirror cover and dome slit read neither closed nor closing."""
    hardware = state.hardware
    return [
        device
        for device, reading in (("mirror_cover", hardware.mirror_cover), ("dome_slit", hardware.dome_slit))
        if reading is not None and reading.state not in ("closed", "closing")
    ]


def decider(fold: Fold) -> Decider:
    """The weather watch over the state of control."""
    assert fold.evolve is evolution.evolve, "the weather watch decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)

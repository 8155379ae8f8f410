"""Decides from the weather readings whether observing may go on; closes at once, lets open slowly."""

from __future__ import annotations

from tomoe_es.control import state as control_state
from tomoe_es.control import weather_limits as limits
from tomoe_es.control.conductor import Decider, Decision, Fold
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
    return [Decision(event, cause) for event in [*_danger(state, now), *_clouds(state, now)]]


def next_wakeup(state: Control, now: int) -> int | None:
    """When the newest reading will be stale."""
    if not _watching(state) or not state.weather.safe:
        return None
    return max(now, state.hardware.read_at.get("weather", now) + limits.STALE_AFTER + 1)


def _watching(state: Control) -> bool:
    return state.night.phase not in ("", "ended", "interrupted")


def _danger(state: Control, now: int) -> list[Event]:
    reading, known = state.hardware.weather, state.weather
    reasons = limits.exceeded(reading) if reading is not None else ["no weather reading"]
    if "weather" in state.hardware.unreachable:
        reasons.append("weather monitor does not answer")
    elif reading is not None and now - state.hardware.read_at["weather"] > limits.STALE_AFTER:
        reasons.append(f"weather reading older than {limits.STALE_AFTER // 1_000_000} s")
    if reasons and known.safe:
        why = "weather: " + ", ".join(reasons)
        return [
            weather.WeatherBecameUnsafe(reasons=reasons),
            queue.ObservingSuspended(reasons=reasons),
            telescope.MirrorCoverCommanded(action="close", reason=why),
            telescope.DomeSlitCommanded(action="close", reason=why),
        ]
    if not reasons and not known.safe and known.good_since and now - known.good_since >= limits.SAFE_AFTER:
        safe: list[Event] = [weather.WeatherBecameSafe(since_us=known.good_since)]
        if state.suspended and not known.cloudy:
            safe.append(queue.ObservingResumed(reason="weather is safe"))
        return safe
    return []


def _clouds(state: Control, now: int) -> list[Event]:
    reading, known = state.hardware.weather, state.weather
    if reading is None:
        return []
    if not known.cloudy and known.cloud_since and now - known.cloud_since >= limits.CLOUDY_AFTER:
        cloudy: list[Event] = [weather.SkyBecameCloudy(sky_temperature_c=reading.sky_temperature_c)]
        if known.safe:
            cloudy.append(queue.ObservingSuspended(reasons=[CLOUDS]))
        return cloudy
    if known.cloudy and known.clear_since and now - known.clear_since >= limits.CLEAR_AFTER:
        clear: list[Event] = [weather.SkyBecameClear(sky_temperature_c=reading.sky_temperature_c)]
        if state.suspended and known.safe:
            clear.append(queue.ObservingResumed(reason="sky is clear"))
        return clear
    return []


def decider(fold: Fold) -> Decider:
    """The weather watch over the state of control."""
    assert fold.evolve is control_state.evolve, "the weather watch decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)

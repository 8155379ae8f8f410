"""Decides whether observing may go on, from the weather and from how fit the telescope is for it.

It closes at once and lets open slowly, and only so often a night. Readings of the weather or of a device that
is required, when they are missing, stale or frozen, count as danger. It judges the state, whenever it looks.
"""

from __future__ import annotations

from tomoe_es.control import evolution, fitness
from tomoe_es.control import weather_limits as limits
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.state import Control
from tomoe_es.events import Event, queue, safety, system, telescope, weather
from tomoe_es.events.envelope import Recorded

NAME = "weather watch"
INPUTS: frozenset[type[Event]] = frozenset(
    {
        weather.WeatherRead,
        telescope.DeviceUnreachable,
        telescope.DeviceReached,
        telescope.PowerRead,
        system.NightPhaseEntered,
        system.StorageRead,
        safety.MakingSafeBegun,
        safety.DevicesReconciled,
        queue.QueueStarted,
    }
)


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Judge the newest reading, or its absence."""
    if not _watching(state):
        return []
    cause = recorded.position if recorded is not None else state.night.position
    reasons, dangers, known = _dangers(state, now), _other_dangers(state, now), state.weather
    if not state.reconciled and not reasons:
        return []  # what is not known to be as the log says is closed, but not opened
    danger, clouds = _danger(state, reasons, now), _clouds(state, now)
    safe = any(isinstance(each, weather.WeatherBecameSafe) for each in danger) or (known.safe and not reasons)
    cloudy = isinstance(clouds[0], weather.SkyBecameCloudy) if clouds else known.cloudy
    events = [*danger, *clouds, *_consequence(state, reasons, dangers, safe=safe, cloudy=cloudy)]
    if reasons or dangers or (state.danger and not safe):
        events += _closing(state, reasons, dangers, now)
    return [Decision(event, cause) for event in events]


def next_wakeup(state: Control, now: int) -> int | None:
    """When a reading will be stale, or when to close again what is still open in danger."""
    if not _watching(state):
        return None
    times: list[int | None] = []
    if state.weather.safe:
        times.append(max(now, state.hardware.read_at.get("weather", now) + limits.STALE_AFTER + 1))
        times.append(fitness.next_change(state, now) if state.reconciled else None)
    lasts = state.danger and not state.weather.safe
    if (lasts or _dangers(state, now) or _other_dangers(state, now)) and _not_closing(state):
        times.append(max(now, state.weather.closed_at + limits.CLOSE_AGAIN_AFTER))
    return min((time for time in times if time is not None), default=None)


def _watching(state: Control) -> bool:
    return state.night.phase not in ("", *system.NIGHT_OVER)


def _dangers(state: Control, now: int) -> list[str]:
    hardware = state.hardware
    return limits.reasons_against(
        hardware.weather,
        answers="weather" not in hardware.unreachable,
        same_readings=state.weather.same_readings,
        age_us=now - hardware.read_at.get("weather", now),
    )


def _other_dangers(state: Control, now: int) -> list[str]:
    return fitness.dangers(state, now) if state.reconciled else []


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


def _consequence(
    state: Control, reasons: list[str], dangers: list[str], *, safe: bool, cloudy: bool
) -> list[Event]:
    """Suspend observing, or let it go on once no reason is left; before it was ever safe it waits anyway."""
    waits = [*dangers, *fitness.hindrances(state, cloudy=cloudy)]
    if state.weather.safe and not safe:
        return [queue.ObservingSuspended(reasons=[*reasons, *waits], danger=True)]
    if not safe:
        return []
    events: list[Event] = []
    if fitness.no_reopening_left(state) and not dangers and not state.weather.budget_told:
        events.append(queue.ReopeningsUsedUp(closings=state.weather.closings))
    if waits and (state.suspended, state.danger) != (waits, bool(dangers)):
        events.append(queue.ObservingSuspended(reasons=waits, danger=bool(dangers)))
    if not waits and state.suspended:
        events.append(queue.ObservingResumed(reason="weather is safe and sky is clear"))
    return events


def _closing(state: Control, reasons: list[str], dangers: list[str], now: int) -> list[Event]:
    """Close both at once when danger comes; later again what does not obey, or never got the command.

    So also what a crash kept from being told, until it is safe again.
    """
    why = "danger: " + (", ".join([*reasons, *dangers]) or "it was told to close, and reads open")
    cover = telescope.MirrorCoverCommanded(action="close", reason=why)
    slit = telescope.DomeSlitCommanded(action="close", reason=why)
    if state.weather.safe and (reasons or not state.danger):
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

"""The guardian's decisions, over readings of its own: when to make the telescope safe, and what to do next.

It judges the state, at every look. Each danger has a grace, in which whoever is responsible may act first:
the weather watch needs it to close. It closes and parks; it never opens anything.
"""

from __future__ import annotations

import msgspec

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import hardware, weather_limits
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event, safety, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.safety import making_safe
from tomoe_es.safety.making_safe import SAFE_STATES, Making
from tomoe_es.safety.silence import EXECUTOR_SILENT_AFTER_SECONDS
from tomoe_es.scheduling.sky import SUN_UP_DEG, sun_altitude

NAME = "guardian"
REQUIRED = (*SAFE_STATES, "power")
"""Devices without which nothing may be open; the weather monitor is judged with the weather."""
GRACE = {
    "silence": 0,
    "weather": 90 * SECOND,  # the weather watch closes at once: 40 s for the slit, told again after a minute
    "power": 0,
    "sun": 2 * MINUTE,
    "missing": 30 * SECOND,  # a line that is cut for a moment
}
"""For how long each danger may last before the guardian acts, in the telescope's time."""
STALE_AFTER = 90 * SECOND
"""A device whose newest reading is older is missing; each is read at least every 30 s of the night."""
_SUN_FOR = 30 * SECOND


class Guardian(msgspec.Struct):
    """What the guardian knows, all of it from its own connection."""

    seen: Hardware = msgspec.field(default_factory=Hardware)
    same_weather: int = 0  # readings in a row, up to the newest, that are alike in every field
    dangers: dict[str, tuple[int, list[str]]] = {}  # by kind: since when, and why
    sun: tuple[int, float] = (0, -90.0)  # when the altitude of the Sun was computed, and that (degrees)
    making: Making | None = None
    silence_answered: bool = False  # the telescope was made safe for the executor's silence that lasts
    silent_seconds: float = 0.0  # of the executor, at the last look
    emergency_us: int = 0  # when an emergency began in the executor's silence that lasts; 0: none did
    made_safe_locked: bool = False  # last time it was made safe, the mount was left where it was


class Orders(msgspec.Struct):
    """What the guardian wants done, in this order."""

    take_charge: list[str] = []  # the reasons; empty: it does not begin
    commands: list[Event] = []
    release: bool = False
    tell: list[Event] = []


def take_in(state: Guardian, event: Event, at_us: int) -> None:
    """Take in what happened at the telescope; the state given is changed."""
    if isinstance(event, weather.WeatherRead):
        state.same_weather = state.same_weather + 1 if event == state.seen.weather else 1
    if isinstance(event, safety.MakingSafeBegun) and event.by == "emergency":
        state.emergency_us = at_us
    recorded = Recorded(0, event.stream(), 0, at_us, 0, 0, 0, "", event)
    if type(event) in hardware.EVENT_TYPES:
        state.seen = hardware.evolve(state.seen, recorded)
    _watch(state, at_us, 0.0)


def lock(state: Guardian, locked_by: str | None, why: str) -> None:
    """Take in the telescope lock; None: nobody has set it."""
    state.seen.locked, state.seen.locked_by, state.seen.locked_why = (
        (False, "", "") if locked_by is None else (True, locked_by, why)
    )


def decide(state: Guardian, now_us: int, executor_silent_seconds: float) -> Orders:
    """Look at everything once; the state given notes what is ordered.

    When it says to take charge, `take_charge` comes next, and then it is asked again.
    """
    _hear(state, executor_silent_seconds)
    if executor_silent_seconds < EXECUTOR_SILENT_AFTER_SECONDS:
        state.silence_answered = False
    elif not state.silence_answered and _emergency_made_safe(state, now_us):
        state.silence_answered, state.made_safe_locked = True, state.seen.locked
    _watch(state, now_us, executor_silent_seconds)
    if state.making is None:
        reasons = _reasons(state, now_us)
        state.silence_answered |= bool(reasons) and "silence" in state.dangers
        return Orders(take_charge=reasons)
    making = state.making
    orders = Orders(commands=making_safe.next_commands(making, state.seen, now_us))
    trouble = making_safe.not_safe(making, state.seen)
    if not trouble:
        seconds = (now_us - making.begun_us) / SECOND
        made = safety.TelescopeMadeSafe(by="guardian", seconds=seconds, attempts=making.attempts)
        state.making, state.dangers, state.made_safe_locked = None, {}, state.seen.locked
        orders.release, orders.tell = True, [made]
    elif making_safe.is_overdue(making, now_us):
        overdue = safety.MakingSafeOverdue(by="guardian", not_safe=trouble, attempts=making.attempts)
        orders.tell = [overdue]
    return orders


def take_charge(state: Guardian, reasons: list[str], now_us: int) -> None:
    """Nobody else commands from now on; the state given is changed."""
    state.making = making_safe.begin(reasons, now_us)


def give_up_charge(state: Guardian) -> None:
    """An emergency has taken over: it does the same, and whatever is left of the danger shows after it."""
    state.making, state.dangers, state.silence_answered = None, {}, False


def _reasons(state: Guardian, now_us: int) -> list[str]:
    """Why the telescope must be made safe now; empty when it need not."""
    return [
        each for kind, (since, why) in state.dangers.items() if now_us - since >= GRACE[kind] for each in why
    ]


def _watch(state: Guardian, now_us: int, executor_silent_seconds: float) -> None:
    """Note since when each danger lasts."""
    found = {
        "silence": _silence(state, now_us, executor_silent_seconds),
        "weather": _weather(state, now_us),
        "power": _power(state, now_us),
        "sun": _sun(state, now_us),
        "missing": _missing(state, now_us),
    }
    for kind, why in found.items():
        if why:
            since, _ = state.dangers.get(kind, (now_us, why))
            state.dangers[kind] = (since, why)
        else:
            state.dangers.pop(kind, None)


def _silence(state: Guardian, now_us: int, seconds: float) -> list[str]:
    left_alone = state.made_safe_locked and not state.seen.locked  # it may be parked by now
    answered = state.silence_answered and _reads_safe(state, now_us) and not left_alone
    if seconds < EXECUTOR_SILENT_AFTER_SECONDS or answered:
        return []
    return [f"the executor has given no sign of life for {seconds:.0f} s"]


def _hear(state: Guardian, silent_seconds: float) -> None:
    """An executor that was heard since an emergency may have opened again."""
    if silent_seconds <= state.silent_seconds:
        state.emergency_us = 0
    state.silent_seconds = silent_seconds


def _emergency_made_safe(state: Guardian, now_us: int) -> bool:
    """Tell whether an emergency has done in this silence what is to be done, by readings since."""
    since = state.emergency_us
    read = all(state.seen.answered(device, since) for device in SAFE_STATES)
    return since > 0 and read and _reads_safe(state, now_us)


def _weather(state: Guardian, now_us: int) -> list[str]:
    if _reads_closed(state, now_us):
        return []
    seen = state.seen
    return weather_limits.reasons_against(
        seen.weather,
        answers="weather" not in seen.unreachable,
        same_readings=state.same_weather,
        age_us=now_us - seen.read_at.get("weather", now_us),
    )


def _power(state: Guardian, now_us: int) -> list[str]:
    power = state.seen.power
    if power is None or power.state != "failing" or _reads_safe(state, now_us):
        return []
    return [f"the power is failing: {power.battery_percent:g} % left in the battery"]


def _sun(state: Guardian, now_us: int) -> list[str]:
    if _reads(state, now_us, "dome_slit", "closed"):
        return []
    computed, altitude = state.sun
    if abs(now_us - computed) >= _SUN_FOR:
        altitude = sun_altitude(now_us)
        state.sun = (now_us, altitude)
    return [f"the Sun is up ({altitude:.1f} degrees)"] if altitude > SUN_UP_DEG else []


def _missing(state: Guardian, now_us: int) -> list[str]:
    if _reads_safe(state, now_us):
        return []
    return [why for device in REQUIRED if (why := _unread(state, now_us, device))]


def _unread(state: Guardian, now_us: int, device: str) -> str:
    """Why nobody knows how a device is; empty when it is read. Before its first reading nothing was moved."""
    if device in state.seen.unreachable:
        return f"{device} does not answer"
    seconds = (now_us - state.seen.read_at.get(device, now_us)) // SECOND
    return f"{device} was not read for {seconds} s" if seconds > STALE_AFTER // SECOND else ""


def _reads_closed(state: Guardian, now_us: int) -> bool:
    return _reads(state, now_us, "dome_slit", "closed") and _reads(state, now_us, "mirror_cover", "closed")


def _reads_safe(state: Guardian, now_us: int) -> bool:
    return _reads_closed(state, now_us) and (state.seen.locked or _reads(state, now_us, "mount", "parked"))


def _reads(state: Guardian, now_us: int, device: str, wanted: str) -> bool:
    """Tell whether a device is read, and reads so; before its first reading nothing was moved."""
    reading = getattr(state.seen, device)
    return not _unread(state, now_us, device) and (reading is None or reading.state == wanted)

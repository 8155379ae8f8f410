"""The texts of notifications: short; what, which thing, when in JST and UTC, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from tomoe_es.clock import to_datetime
from tomoe_es.conditions import condition
from tomoe_es.events.monitor import Severity, ViolationCleared, ViolationDetected
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.events.system import NightPlanned
from tomoe_es.night import JST
from tomoe_es.notification.state import Burst

_LOUD: dict[Severity, str] = {
    "notice": "Notice",
    "warning": "Warning",
    "serious": "SERIOUS",
    "critical": "*** CRITICAL ***",
}
EMERGENCY = "*** EMERGENCY ***"
POSSIBLE_REPEAT = "(perhaps sent before) "
"""Said when the channel may have taken the notification already: it can't be asked."""


def when(time_us: int) -> str:
    """A time as 22:14:03 JST (13:14:03 UTC)."""
    moment = to_datetime(time_us)
    return f"{moment.astimezone(JST):%H:%M:%S} JST ({moment:%H:%M:%S} UTC)"


def violation(event: ViolationDetected, position: int, time_us: int) -> str:
    """What departed from normal, and what to do."""
    known = condition(event.name)
    to_do = f" To do: {known.what_to_do}." if known else ""
    said = event.message if event.message.startswith(event.thing) else f"{event.thing}: {event.message}"
    return (
        f"{_LOUD[event.severity]} {event.name}: {said}. {when(time_us)}.{to_do} tomoe alarm show {position}"
    )


def more_violations(burst: Burst, now: int) -> str:
    """The rest of a burst on one line; `now` of it are told by this."""
    newest = burst.waiting[-1]
    counted = f"{now} more, {burst.count} in all since {when(burst.first_us)}"
    last = f"the newest is {newest.thing} at {when(newest.time_us)}. tomoe alarm show {newest.position}"
    return f"{_LOUD[burst.severity]} {burst.name}: {counted}; {last}"


def recovery(event: ViolationCleared, time_us: int) -> str:
    """What is normal again."""
    return f"Over: {event.name} of {event.thing}: {event.message}. {when(time_us)}"


def no_longer_muted(text: str, more: int) -> str:
    """What began while it was muted, and lasts."""
    return "No longer muted, and not over: " + more_of(text, more)


def more_of(text: str, more: int) -> str:
    """The newest of several equal ones."""
    return f"{text} ({more} more like it)" if more else text


def night_begins(plan: NightPlanned) -> str:
    """The plan of a night."""
    kind = "simulated night" if plan.simulated else "night"
    chips = "1 chip" if len(plan.chips) == 1 else f"{len(plan.chips)} chips"
    return (
        f"The {kind} {plan.night} begins: {chips}, observing from "
        f"{when(plan.observing_start_us)} to {when(plan.observing_end_us)}"
    )


def night_ends(night: str, counts: Mapping[str, int], violations: Mapping[str, int], time_us: int) -> str:
    """What a night came to."""
    came_to = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    departed = ", ".join(f"{name} {number:,}" for name, number in sorted(violations.items())) or "none"
    return f"The night {night} has ended: {came_to}; violations: {departed}. {when(time_us)}"


def with_checkpoint(text: str, note: str) -> str:
    """A text that carries a checkpoint of the log, the whole signed note; as it is when there is none."""
    if not note:
        return text
    return f"{text}\nThe log's checkpoint, for `tomoe log verify --checkpoint`:\n```\n{note}```"


def night_broke_off(night: str, reason: str, time_us: int) -> str:
    """The night's process ended before the night did."""
    return (
        f"SERIOUS The night {night} broke off: {reason}. {when(time_us)}. To do: see that the telescope is "
        "closed, then tomoe night --resume"
    )


def weather_unsafe(reasons: list[str], time_us: int) -> str:
    """Why the telescope closes."""
    return f"Weather unsafe: {', '.join(reasons)}. The telescope closes. {when(time_us)}"


def weather_safe(time_us: int) -> str:
    """The recovery."""
    return f"Weather safe again. {when(time_us)}"


def making_safe(event: MakingSafeBegun, time_us: int) -> str:
    """The loudest."""
    return (
        f"{EMERGENCY} The {event.by} closes cover and dome and parks the mount: {', '.join(event.reasons)} "
        f"({event.who}). {when(time_us)}. To do: look at the dome; nobody may be in its way"
    )


def made_safe(event: TelescopeMadeSafe, time_us: int) -> str:
    """The recovery of an emergency."""
    return f"The telescope is safe by its sensors, after {event.seconds:.0f} s. {when(time_us)}"


def safe_overdue(event: MakingSafeOverdue, time_us: int) -> str:
    """As loud as the emergency itself."""
    return (
        f"{EMERGENCY} NOT SAFE after {event.attempts} attempts: {'; '.join(event.not_safe)}. "
        f"{when(time_us)}. To do: close it by hand, now"
    )

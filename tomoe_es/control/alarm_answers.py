"""How people answer alarms, decided on the monitor's stream: acknowledge, and mute for a while."""

from __future__ import annotations

from datetime import UTC, tzinfo
from difflib import get_close_matches

import msgspec

from tomoe_es.clock import DAY, MINUTE, isot, to_datetime
from tomoe_es.errors import TomoeError, UsageError
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import (
    AlarmMuted,
    AlarmUnmuted,
    ViolationAcknowledged,
    ViolationCleared,
    ViolationDetected,
)

LONGEST_MUTE = 7 * DAY
"""Nobody remembers for longer what was muted."""


class NoSuchAlarm(TomoeError):
    """No violation has this position or name."""

    what_to_do = "see `tomoe alarm list --all`"


class AlarmOver(TomoeError):
    """The alarm is not open any more: somebody acknowledged it, or it cleared by itself."""

    what_to_do = "none: the message says who acknowledged it and when; `tomoe alarm list` shows what is open"


class AlarmNotMuted(TomoeError):
    """No violations of this name are muted."""

    what_to_do = "see `tomoe alarm list` for what is muted"


class ReasonMissing(UsageError):
    """Whoever answers an alarm or locks the telescope says why: the next person reads it."""

    what_to_do = "say in a few words what was seen or done"


class MuteTooLong(UsageError):
    """An alarm is muted for a while, and not for ever."""

    what_to_do = "mute it for a shorter time, and again when that is over"


class Violation(msgspec.Struct):
    """A violation and how it has ended so far."""

    detected: ViolationDetected
    acknowledged: ViolationAcknowledged | None = None
    acknowledged_us: int = 0
    cleared_us: int = 0

    @property
    def open(self) -> bool:
        """Neither acknowledged nor, where that is enough, cleared."""
        cleared = self.cleared_us and not self.detected.needs_acknowledgement
        return self.acknowledged is None and not cleared


class Answers(msgspec.Struct):
    """Violations by position, and what is muted until when."""

    violations: dict[int, Violation] = {}
    muted: dict[str, AlarmMuted] = {}


def initial() -> Answers:
    """Before the first event."""
    return Answers()


def evolve(state: Answers, recorded: Recorded) -> Answers:
    """Take one event of the monitor's stream in; the state given is changed and returned."""
    match recorded.payload:
        case ViolationDetected() as event:
            state.violations[recorded.position] = Violation(event)
        case ViolationCleared(detected=detected) if detected in state.violations:
            state.violations[detected].cleared_us = recorded.time
        case ViolationAcknowledged(detected=detected) as event if detected in state.violations:
            violation = state.violations[detected]
            violation.acknowledged, violation.acknowledged_us = event, recorded.time
        case AlarmMuted() as event:
            state.muted[event.name] = event
        case AlarmUnmuted() as event:
            state.muted.pop(event.name, None)
    return state


def acknowledge(
    state: Answers, alarm: int | str, who: str, why: str, said_us: int, until: int | None = None
) -> list[ViolationAcknowledged]:
    """Acknowledge the violation at a position, or all open ones of a name; none detected after `until`.

    `said_us` is when by the real clock.
    """
    _require_reason(why)
    if isinstance(alarm, int):
        chosen = {alarm: state.violations[alarm]} if alarm in state.violations else {}
    else:
        chosen = {
            at: each
            for at, each in state.violations.items()
            if each.detected.name == alarm and (until is None or at <= until)
        }
    if not chosen:
        told = "position" if isinstance(alarm, int) else "name"
        raise NoSuchAlarm(f"no violation has the {told} {alarm}: {nearest(state, alarm)}")
    still_open = {at: each for at, each in chosen.items() if each.open}
    if not still_open:
        raise AlarmOver(_how_it_ended(alarm, list(chosen.values())[-1]))
    return [
        ViolationAcknowledged(
            name=each.detected.name,
            thing=each.detected.thing,
            detected=at,
            who=who,
            why=why.strip(),
            said_us=said_us,
        )
        for at, each in still_open.items()
    ]


def by_real_clock(time_us: int, said_us: int, zone: tzinfo = UTC) -> str:
    """What follows the time of an answer in the night, where the real clock had another; in a zone."""
    if not said_us or abs(said_us - time_us) < MINUTE:
        return ""
    return f", by the real clock {to_datetime(said_us).astimezone(zone):%Y-%m-%dT%H:%M:%S %Z}"


def mute(state: Answers, name: str, until_us: int, now: int, who: str, why: str) -> AlarmMuted:
    """Have violations of a name recorded but not announced until a time."""
    _require_reason(why)
    if until_us - now > LONGEST_MUTE:
        raise MuteTooLong("an alarm is muted for 7 days at most: mute it again when that is over")
    return AlarmMuted(name=name, until_us=until_us, who=who, why=why.strip())


def unmute(state: Answers, name: str, now: int, who: str, why: str) -> AlarmUnmuted:
    """Have violations of a name announced again."""
    muted = state.muted.get(name)
    if muted is None or muted.until_us <= now:
        raise AlarmNotMuted(f"'{name}' is not muted: 'tomoe alarm list' shows what is")
    return AlarmUnmuted(name=name, who=who, why=why.strip())


def nearest(state: Answers, alarm: int | str) -> str:
    """What a mistyped position or name was meant to be; open violations come first."""
    names = {at: each.detected.name for at, each in state.violations.items()}
    still_open = {at: name for at, name in names.items() if state.violations[at].open}
    for known in (still_open, names):
        if isinstance(alarm, int):
            positions = {str(at): name for at, name in known.items()}
            for at in get_close_matches(str(alarm), positions, n=1):
                return f"did you mean {at} ({positions[at]})?"
        else:
            for name in get_close_matches(alarm, set(known.values()), n=1):
                return f"did you mean '{name}'?"
    return "see 'tomoe alarm list --all'"


def _require_reason(why: str) -> None:
    if not why.strip():
        raise ReasonMissing("say why: the next person reads it")


def _how_it_ended(alarm: int | str, violation: Violation) -> str:
    answer = violation.acknowledged
    if answer is None:
        return (
            f"{alarm} cleared by itself at {isot(violation.cleared_us)} UTC: there is nothing to acknowledge"
        )
    return (
        f"{alarm} was acknowledged already by {answer.who} at {isot(violation.acknowledged_us)} UTC"
        f"{by_real_clock(violation.acknowledged_us, answer.said_us)}: {answer.why}"
    )

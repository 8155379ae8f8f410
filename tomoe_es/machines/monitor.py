"""The monitor: judges every event by what is normal, and has each departure recorded, once, and its end."""

from __future__ import annotations

import msgspec

from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import EVENT_TYPES as ALL_TYPES
from tomoe_es.events import ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.state import Found, Judged

NAME = "monitor"
EVENT_TYPES: frozenset[type[Event]] = frozenset(ALL_TYPES.values()) | {ErasedPayload}
"""All: with any event time goes on, and any may be the cause of another."""
_FOUND = (ViolationDetected, ViolationCleared)
INPUTS: frozenset[type[Event]] = EVENT_TYPES.difference(_FOUND)


class Unrecorded(msgspec.Struct):
    """What was found but is not in the log yet."""

    event: Found
    cause: int


class MonitorState(msgspec.Struct):
    """What judging needs, and what was found but is not in the log yet, by what it is about."""

    judged: Judged
    unrecorded: dict[str, Unrecorded] = {}


def initial() -> MonitorState:
    """Before the first event."""
    return MonitorState(steps.initial())


def evolve(state: MonitorState, recorded: Recorded) -> MonitorState:
    """Take one event in; the state given is changed and returned."""
    for found in steps.judge(state.judged, recorded):
        unrecorded = _unrecorded(found, recorded.position)
        state.unrecorded[_key(found, unrecorded.cause)] = unrecorded
    event = recorded.payload
    if isinstance(event, _FOUND):
        _recorded(state, recorded, event)
    return state


def decide(state: MonitorState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Record what was found; when woken, also what is overdue, or what a crash kept from being recorded."""
    if not state.unrecorded and now <= state.judged.quiet_until:
        return []
    left = list(state.unrecorded.values())
    if now > state.judged.quiet_until and steps.overdue(state.judged, now):
        left += [_unrecorded(found, 0) for found in steps.advance(_copy(state.judged), now)]
    return [Decision(each.event, each.cause) for each in left if _ready(each.event)]


def next_wakeup(state: MonitorState, now: int) -> int | None:
    """At once when something is left to record, else when the next deadline is over."""
    if state.unrecorded:
        return now
    due = steps.next_due(state.judged)
    return due + 1 if due is not None else None


def not_before(state: MonitorState) -> int:
    """No deadline is over yet at that time."""
    return 0 if state.unrecorded else state.judged.quiet_until


def decider(fold: Fold) -> Decider:
    """The monitor over its state."""
    assert fold.evolve is evolve, "the monitor decides on its own state"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup, not_before=not_before)


def _unrecorded(found: Found, position: int) -> Unrecorded:
    """A departure is caused by what shows it first, its end by the event at `position`."""
    cause = found.evidence[0] if isinstance(found, ViolationDetected) else position
    return Unrecorded(found, cause)


def _key(found: Found, cause: int) -> str:
    return f"{type(found).__name__} {found.name} {found.thing} {cause}"


def _ready(found: Found) -> bool:
    """Tell whether it can be recorded: an end names the position of the departure that it ends."""
    return isinstance(found, ViolationDetected) or found.detected > 0


def _copy(judged: Judged) -> Judged:
    """What `advance` changes, so that a decision changes nothing."""
    return msgspec.structs.replace(
        judged,
        told={name: dict(things) for name, things in judged.told.items()},
        waiting={name: dict(things) for name, things in judged.waiting.items()},
        running={name: dict(running) for name, running in judged.running.items()},
    )


def _recorded(state: MonitorState, recorded: Recorded, event: Found) -> None:
    """It is in the log: not to be recorded again, and its end can tell its position."""
    state.unrecorded.pop(_key(event, recorded.cause), None)
    if isinstance(event, ViolationCleared):
        return
    things = state.judged.told.get(event.name, {})
    for each in state.unrecorded.values():
        ended = each.event
        if (
            isinstance(ended, ViolationCleared)
            and not ended.detected
            and (ended.name, ended.thing) == (event.name, event.thing)
        ):
            each.event = msgspec.structs.replace(ended, detected=recorded.position)
            return
    if things.get(event.thing) == 0:
        things[event.thing] = recorded.position

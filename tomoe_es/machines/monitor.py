"""The monitor: judges every event by what is normal, and has each departure recorded, once."""

from __future__ import annotations

import msgspec

from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ErrorRaised, ViolationDetected
from tomoe_es.machines import judge, unfamiliar

NAME = "monitor"
INPUTS: frozenset[type[Event]] = judge.EVENT_TYPES | {ErrorRaised}
EVENT_TYPES: frozenset[type[Event]] = INPUTS | {ViolationDetected}


class MonitorState(msgspec.Struct):
    """Where every thing is, and the violations that were found but are not in the log yet."""

    states: judge.States
    unrecorded: dict[int, list[ViolationDetected]] = {}  # by position of the event that departed


def initial() -> MonitorState:
    """Before the first event."""
    return MonitorState(judge.initial())


def evolve(state: MonitorState, recorded: Recorded) -> MonitorState:
    """Take one event in; the state given is changed and returned."""
    event = recorded.payload
    if isinstance(event, ViolationDetected):
        _recorded(state, event)
        return state
    found = judge.judge(state.states, recorded) + unfamiliar.judge(recorded)
    if found:
        state.unrecorded[recorded.position] = found
    return state


def decide(state: MonitorState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Record what was found in an event; when woken, also what a crash kept from being recorded."""
    positions = [recorded.position] if recorded is not None else list(state.unrecorded)
    return [
        Decision(violation, position)
        for position in positions
        for violation in state.unrecorded.get(position, ())
    ]


def next_wakeup(state: MonitorState, now: int) -> int | None:
    """At once when something is left to record, as after a crash."""
    return now if state.unrecorded else None


def decider(fold: Fold) -> Decider:
    """The monitor over its state."""
    assert fold.evolve is evolve, "the monitor decides on its own state"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)


def _recorded(state: MonitorState, violation: ViolationDetected) -> None:
    position = violation.evidence[0] if violation.evidence else 0
    left = [
        each
        for each in state.unrecorded.get(position, ())
        if (each.name, each.thing) != (violation.name, violation.thing)
    ]
    if left:
        state.unrecorded[position] = left
    else:
        state.unrecorded.pop(position, None)

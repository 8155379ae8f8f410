"""Judges events, one after the other, by machines, rules and deadlines; the same way live and afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from tomoe_es.control import hardware
from tomoe_es.events import EVENT_TYPES, ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.system import NightPlanned
from tomoe_es.machines.catalogue import ROUTES, TABLES
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.judging import (
    by_deadlines,
    by_machines,
    by_rules,
    causes,
    known_of_devices,
    known_of_exposures,
    known_of_night,
    passed_time,
    state,
)
from tomoe_es.machines.judging.by_machines import Judge
from tomoe_es.machines.judging.known import Handler
from tomoe_es.machines.judging.state import Found, Instance, Instances, Judged
from tomoe_es.machines.rules import RULES


def _fold(change: Handler) -> Judge:
    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        change(judged.known, recorded, recorded.payload)

    return judge


def _new_night(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
    """Deadlines of the night before run no more; what they told is over. What led to its events is not asked
    any more."""
    causes.begin(judged.causes, recorded.position)
    judged.causes.recent.append(recorded.cause)
    for deadline in DEADLINES.values():
        judged.running[deadline.name].clear()
        for thing in list(judged.told.get(deadline.name, ())):
            state.end(
                judged,
                found,
                name=deadline.name,
                thing=thing,
                message=f"{thing}: a new night was planned",
            )


def _settle(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
    if judged.known.ahead is not None:
        passed_time.settle(judged.known, recorded)


def _steps() -> dict[type[Event], tuple[Judge, ...]]:
    """What is known comes first, so that the rules judge the state after the event."""
    steps: dict[type[Event], list[Judge]] = {kind: [] for kind in EVENT_TYPES.values()}
    steps[ErasedPayload] = [by_machines.erased_step(ROUTES)]
    steps[NightPlanned].append(_new_night)
    for subject in (known_of_devices, known_of_exposures, known_of_night):
        for kind, change in subject.HANDLERS.items():
            steps[kind].append(_fold(change))
    for kind, routes in ROUTES.items():
        steps[kind].extend(by_machines.step(route) for route in routes)
    for rule in RULES.values():
        judge = by_rules.step(rule)
        for kind in rule.reads:
            steps[kind].append(judge)
    for deadline in DEADLINES.values():
        for kind, judge in by_deadlines.steps(deadline).items():
            steps[kind].append(judge)
    for kind in passed_time.SETTLING:
        steps[kind].append(_settle)
    for kind in hardware.READINGS:
        steps[kind] = [_of_reading(tuple(steps[kind]), _late_steps(kind))]
    return {kind: tuple(several) for kind, several in steps.items()}


def _late_steps(kind: type[Event]) -> tuple[Judge, ...]:
    return tuple(by_rules.step(rule) for rule in RULES.values() if rule.late_readings and kind in rule.reads)


def _of_reading(usual: tuple[Judge, ...], late: tuple[Judge, ...]) -> Judge:
    """A reading that comes after a newer one of its device does not tell how that is now.

    So it comes when a process hung while it recorded it, and others made the telescope safe meanwhile.
    """

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        for step in late if hardware.is_late(judged.known.hardware, recorded) else usual:
            step(judged, recorded, found)

    return judge


STEPS = _steps()
"""By event type; one without steps concerns nothing here, but time goes on with it."""


def initial() -> Judged:
    """Before the first event."""
    return Judged(machines={name: Instances() for name in TABLES}, running={name: {} for name in DEADLINES})


def judge(judged: Judged, recorded: Recorded) -> list[Found]:
    """Take one event in, changing `judged`, and tell what departs from normal with it, or does no more."""
    found: list[Found] = []
    remembered, known, time = judged.causes, judged.known, recorded.time
    if recorded.position != remembered.recent_from + len(remembered.recent):
        causes.begin(remembered, recorded.position)  # some events before it were not seen
    remembered.recent.append(recorded.cause)
    if time > judged.quiet_until:
        recorded = _look_around(judged, recorded, found)
    elif time > known.latest_us:
        known.latest_us = time
    for step in STEPS[type(recorded.payload)]:
        step(judged, recorded, found)
    return found


def judge_all(events: Iterable[Recorded]) -> list[ViolationDetected]:
    """Judge a past night again, from its first event on; only what departs from normal."""
    judged = initial()
    found = [each for recorded in events for each in judge(judged, recorded)]
    return [each for each in found if isinstance(each, ViolationDetected)]


def judge_by_machines(events: Iterable[Recorded]) -> list[ViolationDetected]:
    """The same, but only what the machines tell, without rules and deadlines."""
    others = RULES.keys() | DEADLINES.keys()
    return [each for each in judge_all(events) if each.name not in others]


def state_of(judged: Judged, machine: str, instance: Instance = "") -> str:
    """State of one instance; the machine's initial one before its first event."""
    return judged.machines[machine].at.get(instance, (TABLES[machine].machine.initial, 0))[0]


def next_due(judged: Judged) -> int | None:
    """When the next deadline is over, unless what it waits for comes; exact, while `judged.quiet_until` may
    be early."""
    return min((due for due, _, _ in _pending(judged)), default=None)


def overdue(judged: Judged, now: int) -> bool:
    """Tell whether something is overdue that no event has told yet."""
    due = next_due(judged)
    return due is not None and due < now


def advance(judged: Judged, time: int) -> list[Found]:
    """Tell what is overdue at a time."""
    found: list[Found] = []
    if time > judged.quiet_until:
        _advance(judged, time, found)
    return found


def _look_around(judged: Judged, recorded: Recorded, found: list[Found]) -> Recorded:
    """Once a minute, and when something may be due: the event at the time at which it is judged."""
    recorded = passed_time.believed(judged.known, recorded)
    judged.known.latest_us = max(judged.known.latest_us, recorded.time)
    _advance(judged, recorded.time, found)
    causes.pack(judged.causes)
    return recorded


def _advance(judged: Judged, time: int, found: list[Found]) -> None:
    due = next_due(judged)
    if due is not None and due < time:
        late = [each for each in _all_pending(judged) if each[0] < time]
        for _, name, instance in sorted(late, key=lambda each: (each[0], each[1], str(each[2]))):
            if name in RULES:
                by_rules.overdue(RULES[name], judged, str(instance), found)
            else:
                by_deadlines.overdue(DEADLINES[name], judged, instance, found)
        due = next_due(judged)
    soon = judged.known.latest_us + passed_time.LEAD_US
    judged.quiet_until = soon if due is None else min(due, soon)


def _pending(judged: Judged) -> Iterable[tuple[int, str, Instance]]:
    """The first of each deadline, and all departures that wait: due time, name, instance or thing."""
    for name, running in judged.running.items():
        if running and DEADLINES[name].due_us is None:
            instance = next(iter(running))  # they were begun in this order
            yield running[instance][0], name, instance
        else:
            yield from ((due, name, instance) for instance, (due, _) in running.items())
    yield from _waiting(judged)


def _all_pending(judged: Judged) -> Iterable[tuple[int, str, Instance]]:
    for name, running in judged.running.items():
        yield from ((due, name, instance) for instance, (due, _) in running.items())
    yield from _waiting(judged)


def _waiting(judged: Judged) -> Iterable[tuple[int, str, Instance]]:
    for name, things in judged.waiting.items():
        yield from ((waiting.due, name, thing) for thing, waiting in things.items())

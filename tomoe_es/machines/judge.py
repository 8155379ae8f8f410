"""Judges events, one after the other, by the compiled machines; the same way live and for a past night."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tomoe_es.events import EVENT_TYPES as BY_NAME
from tomoe_es.events import ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.catalogue import ROUTES, TABLES, Route
from tomoe_es.machines.declaration import Machine
from tomoe_es.machines.table import Step

Instance = str | int
"""Recipe id, frame id, exposure number or night; "" for the only one."""

EVENT_TYPES: frozenset[type[Event]] = frozenset(ROUTES) | {ErasedPayload}
"""Events that some machine listens to, also when what they said was erased."""


class Instances(msgspec.Struct):
    """Where each instance of one machine is; the single one of a device has the key ""."""

    states: dict[Instance, str] = {}
    positions: dict[Instance, int] = {}  # of the last event of each


States = dict[str, Instances]
"""By name of the machine."""


def initial() -> States:
    """Before the first event."""
    return {name: Instances() for name in TABLES}


def judge(states: States, recorded: Recorded) -> list[ViolationDetected]:
    """Take one event in, changing `states`, and tell how it departs from normal; empty when it does not."""
    found: list[ViolationDetected] = []
    event = recorded.payload
    kind = BY_NAME.get(event.of_type, ErasedPayload) if isinstance(event, ErasedPayload) else type(event)
    for route in ROUTES.get(kind, ()):
        step = route.step or route.steps.get(getattr(event, route.field, None))
        if step is None:
            continue
        known = states[route.machine.name]
        for instance in _instances(route, step, known, recorded):
            source = known.states.get(instance, route.machine.initial)
            dest = step.dests.get(source)
            if dest is None:
                violation, dest = _depart(route.machine, step, known, instance, source, recorded)
                found.append(violation)
            if dest in route.machine.forgotten:
                known.states.pop(instance, None)
                known.positions.pop(instance, None)
            else:
                known.states[instance] = dest
                known.positions[instance] = recorded.position
    return found


def judge_all(events: Iterable[Recorded]) -> list[ViolationDetected]:
    """Judge a past night again, from its first event on."""
    states = initial()
    return [violation for recorded in events for violation in judge(states, recorded)]


def state_of(states: States, machine: str, instance: Instance = "") -> str:
    """State of one instance; the machine's initial one before its first event."""
    return states[machine].states.get(instance, TABLES[machine].machine.initial)


def _instances(route: Route, step: Step, known: Instances, recorded: Recorded) -> Iterable[Instance]:
    event, machine = recorded.payload, route.machine
    if route.everywhere:
        return [instance for instance, state in known.states.items() if state in step.dests]
    if isinstance(event, ErasedPayload) and machine.instance:
        return _of_stream(machine, recorded.stream)
    if route.instances:
        several: list[Instance] = getattr(event, route.instances)
        return several
    return (getattr(event, machine.instance) if machine.instance else "",)


def _of_stream(machine: Machine, stream: str) -> Iterable[Instance]:
    """The instance whose stream an erased event is in; none when the stream is of something else."""
    beginning, _, form = machine.thing.partition("{")
    name = stream.removeprefix(beginning)
    if name == stream:
        return ()
    return (int(name) if form.startswith(":") else name,)


def _depart(
    machine: Machine, step: Step, known: Instances, instance: Instance, source: str, recorded: Recorded
) -> tuple[ViolationDetected, str]:
    """The violation, and where the instance is after it: one fault is told once, not at each later event."""
    thing = machine.thing.format(instance)
    event = type(recorded.payload).__name__
    departure, dest = step.departures.get(source, (None, step.otherwise or source))
    if departure is not None:
        name, severity, meaning = departure.name, departure.severity, departure.meaning
    else:
        name, severity = undeclared_name(machine), machine.severity
        meaning = f"'{step.trigger}' from '{source}' is not declared normal"
    violation = ViolationDetected(
        name=name,
        thing=thing,
        severity=severity,
        message=f"{thing}: {source} -> {dest} by {event}: {meaning}",
        evidence=[recorded.position, *([known.positions[instance]] if instance in known.positions else [])],
        chain=[],
        needs_acknowledgement=severity == "critical",
    )
    return violation, dest


def undeclared_name(machine: Machine) -> str:
    """Name of the violation by a transition that neither is declared nor has a name of its own."""
    return "".join(word.capitalize() for word in machine.name.split("_")) + "TransitionUndeclared"

"""One step for each event that some machine listens to: its state after the event, or a departure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tomoe_es.events import EVENT_TYPES, ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.catalogue import Route
from tomoe_es.machines.declaration import Machine
from tomoe_es.machines.judging import state
from tomoe_es.machines.judging.state import Found, Instance, Instances, Judged
from tomoe_es.machines.table import Step

Judge = Callable[[Judged, Recorded, list[Found]], None]


def step(route: Route) -> Judge:
    """The step of one machine for one event type."""
    tells_ends = any(each.lasts for each in route.machine.departures)
    if route.step is None or route.instances or route.everywhere or tells_ends:
        return _any_step(route)
    return _plain_step(route, route.step)


def erased_step(routes: Mapping[type[Event], tuple[Route, ...]]) -> Judge:
    """The step of every machine for an event whose payload was erased: what is left of it is its stream."""

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        erased = recorded.payload
        assert isinstance(erased, ErasedPayload), "it is dispatched by type"
        for route in routes.get(EVENT_TYPES.get(erased.of_type, ErasedPayload), ()):
            if route.step is None:
                continue  # a field told which step it was
            machine, known = route.machine, judged.machines[route.machine.name]
            if machine.instance and not route.everywhere:
                instances = _of_stream(machine, recorded.stream)
            else:
                instances = _instances(route, route.step, known, erased)
            for instance in instances:
                _move(judged, recorded, found, machine, route.step, known, instance)

    return judge


def _of_stream(machine: Machine, stream: str) -> Iterable[Instance]:
    """The instance whose stream an event is in; none when the stream is of something else."""
    beginning, _, form = machine.thing.partition("{")
    name = stream.removeprefix(beginning)
    if name == stream:
        return ()
    return (int(name) if form.startswith(":") else name,)


def _plain_step(route: Route, taken: Step) -> Judge:
    """The common case, without anything that it does not need: there are a million of them a night."""
    machine, dests = route.machine, taken.dests
    name, field, start = machine.name, machine.instance, (machine.initial, 0)
    forgotten = machine.forgotten.intersection(dests.values())

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        at = judged.machines[name].at
        instance = getattr(recorded.payload, field) if field else ""
        try:
            dest = dests[at.get(instance, start)[0]]
        except KeyError:
            _move(judged, recorded, found, machine, taken, judged.machines[name], instance)
            return
        if forgotten and dest in forgotten:
            at.pop(instance, None)
        else:
            at[instance] = (dest, recorded.position)

    return judge


def _any_step(route: Route) -> Judge:
    machine, name = route.machine, route.machine.name

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        event = recorded.payload
        taken = route.step or route.steps.get(getattr(event, route.field))
        if taken is None:
            return
        known = judged.machines[name]
        for instance in _instances(route, taken, known, event):
            _move(judged, recorded, found, machine, taken, known, instance)

    return judge


def _instances(route: Route, taken: Step, known: Instances, event: Event) -> Iterable[Instance]:
    if route.everywhere:
        return [instance for instance, (where, _) in known.at.items() if where in taken.dests]
    if route.instances:
        several: list[Instance] = getattr(event, route.instances)
        return several
    return (getattr(event, route.machine.instance) if route.machine.instance else "",)


def _move(
    judged: Judged,
    recorded: Recorded,
    found: list[Found],
    machine: Machine,
    taken: Step,
    known: Instances,
    instance: Instance,
) -> None:
    source, position = known.at.get(instance, (machine.initial, 0))
    dest = taken.dests.get(source)
    if dest is None:
        dest = _depart(judged, recorded, found, machine, taken, known, instance, source, position)
    elif dest != source and instance in known.faulty:
        thing = machine.thing.format(instance)
        state.end(
            judged,
            found,
            name=known.faulty.pop(instance),
            thing=thing,
            message=f"{thing}: {source} -> {dest} by {type(recorded.payload).__name__}",
        )
    if dest in machine.forgotten:
        known.at.pop(instance, None)
    else:
        known.at[instance] = (dest, recorded.position)


def _depart(
    judged: Judged,
    recorded: Recorded,
    found: list[Found],
    machine: Machine,
    taken: Step,
    known: Instances,
    instance: Instance,
    source: str,
    position: int,
) -> str:
    """Tell the departure; returns where the instance is after it, so that one fault is told once."""
    thing = machine.thing.format(instance)
    event = type(recorded.payload).__name__
    departure, dest = taken.departures.get(source, (None, taken.otherwise or source))
    if departure is not None:
        name, severity, meaning = departure.name, departure.severity, departure.meaning
    else:
        name, severity = undeclared_name(machine), machine.severity
        meaning = f"'{taken.trigger}' from '{source}' is not declared normal"
    lasts = departure is not None and departure.lasts
    if known.faulty and dest != source:
        _end_former(judged, found, known, instance, thing)
    if lasts:
        known.faulty[instance] = name
    state.tell(
        judged,
        found,
        name=name,
        thing=thing,
        severity=severity,
        message=f"{thing}: {source} -> {dest} by {event}: {meaning}",
        evidence=[recorded.position, position] if position else [recorded.position],
        lasts=lasts,
        needs_acknowledgement=severity == "critical",
    )
    return dest


def _end_former(judged: Judged, found: list[Found], known: Instances, instance: Instance, thing: str) -> None:
    former = known.faulty.pop(instance, None)
    if former is not None:
        state.end(
            judged, found, name=former, thing=thing, message=f"{thing}: departs otherwise now",
        )  # fmt: skip


def undeclared_name(machine: Machine) -> str:
    """Name of the violation by a transition that neither is declared nor has a name of its own."""
    return "".join(word.capitalize() for word in machine.name.split("_")) + "TransitionUndeclared"

"""Compiles a declared machine, through `transitions`, into dict tables that judge an event in one lookup."""

from __future__ import annotations

import msgspec
import transitions

from tomoe_es.errors import TomoeError
from tomoe_es.machines.declaration import ByField, Departure, Machine, States


class MachineMisdeclared(TomoeError):
    """A state machine contradicts itself; this is a mistake in its declaration."""

    what_to_do = "correct the declaration in `tomoe_es/machines/` that the message names"

    def __init__(self, machine: str, reason: str) -> None:
        super().__init__(f"machine '{machine}': {reason}; correct its declaration in tomoe_es/machines")


class Step(msgspec.Struct, frozen=True):
    """What one trigger does from each state."""

    trigger: str
    dests: dict[str, str]  # by state: where it normally goes
    departures: dict[str, tuple[Departure, str]]  # by state: departure with a name, and where it leads
    otherwise: str | None  # where an undeclared transition leads; None: the thing stays where it was


class Table(msgspec.Struct, frozen=True):
    """A machine ready to judge."""

    machine: Machine
    steps: dict[str, Step]  # by trigger

    def transition(self, state: str, trigger: str) -> str | None:
        """Where a trigger normally leads from a state; None when that is not declared."""
        step = self.steps.get(trigger)
        return step.dests.get(state) if step is not None else None


def build(machine: Machine) -> transitions.Machine:
    """The machine of the `transitions` library that the declaration describes, without a model."""
    built = transitions.Machine(
        model=None,
        name=machine.name,
        states=list(machine.states),
        initial=machine.initial,
        auto_transitions=False,
    )
    for trigger, source, dest in machine.transitions:
        built.add_transition(trigger, list(_sources(machine, source)), dest)
    return built


def compile_table(machine: Machine) -> Table:
    """Build the machine and take its tables out; raises MachineMisdeclared where it contradicts itself."""
    if machine.initial not in machine.states:
        raise MachineMisdeclared(machine.name, f"its initial state '{machine.initial}' is none of its states")
    declared: dict[str, dict[str, str]] = {}
    for trigger, event in build(machine).events.items():
        for source, ways in event.transitions.items():
            if len(ways) != 1:
                raise MachineMisdeclared(machine.name, f"'{trigger}' is declared twice from '{source}'")
            dest = ways[0].dest
            assert dest is not None, "only transitions without a destination have none"
            declared.setdefault(trigger, {})[source] = dest
    departures = _departures(machine, declared)
    steps = {
        trigger: Step(trigger, dests, departures.get(trigger, {}), _otherwise(dests))
        for trigger, dests in declared.items()
    }
    _check(machine, steps, departures)
    return Table(machine, steps)


def triggers_of(trigger: str | ByField) -> list[str]:
    """Every trigger that an event can be."""
    return [trigger] if isinstance(trigger, str) else list(dict.fromkeys(trigger.triggers.values()))


def _sources(machine: Machine, source: States) -> tuple[str, ...]:
    if source == "*":
        return machine.states
    return (source,) if isinstance(source, str) else source


def _departures(
    machine: Machine, declared: dict[str, dict[str, str]]
) -> dict[str, dict[str, tuple[Departure, str]]]:
    departures: dict[str, dict[str, tuple[Departure, str]]] = {}
    for each in machine.departures:
        known = departures.setdefault(each.trigger, {})
        for source in _sources(machine, each.source):
            if source in declared.get(each.trigger, {}) or source in known:
                raise MachineMisdeclared(machine.name, f"'{each.trigger}' is declared twice from '{source}'")
            known[source] = (each, source if each.dest == "=" else each.dest)
    return departures


def _otherwise(dests: dict[str, str]) -> str | None:
    """The one state that a trigger leads to, if there is only one."""
    reached = {dest for source, dest in dests.items() if dest != source}
    return reached.pop() if len(reached) == 1 else None


def _check(
    machine: Machine, steps: dict[str, Step], departures: dict[str, dict[str, tuple[Departure, str]]]
) -> None:
    heard = {trigger for each in machine.listens for trigger in triggers_of(each.trigger)}
    if heard != set(steps) or not departures.keys() <= heard:
        wrong = ", ".join(sorted(heard ^ set(steps) | (departures.keys() - heard)))
        raise MachineMisdeclared(machine.name, f"triggers without an event or without a transition: {wrong}")
    edges = [edge for step in steps.values() for edge in step.dests.items()]
    edges += [(source, dest) for known in departures.values() for source, (_, dest) in known.items()]
    unknown = {state for edge in edges for state in edge} - set(machine.states)
    if unknown:
        raise MachineMisdeclared(machine.name, f"unknown states: {', '.join(sorted(unknown))}")
    reached, new = {machine.initial}, {machine.initial}
    while new:
        new = {dest for source, dest in edges if source in reached} - reached
        reached |= new
    if reached != set(machine.states):
        lost = ", ".join(sorted(set(machine.states) - reached))
        raise MachineMisdeclared(machine.name, f"states that nothing leads to: {lost}")

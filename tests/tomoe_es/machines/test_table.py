"""The tables do what the library's machine does; a declaration that contradicts itself is refused."""

from __future__ import annotations

import pkgutil
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import MachineError

from tomoe_es import machines
from tomoe_es.events.telescope import FocusCommanded, FocusRead
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.declaration import ByField, Departure, Machine, On
from tomoe_es.machines.table import MachineMisdeclared, Table, build, compile_table

BY_NAME = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


class Thing:
    """What a machine of the library holds the state of."""

    state: str
    trigger: Any


def follow(table: Table, state: str, trigger: str) -> str | None:
    """Where the library's own machine goes; None when it refuses."""
    machine, thing = build(table.machine), Thing()
    machine.add_model(thing, initial=state)
    try:
        thing.trigger(trigger)
    except MachineError:
        return None
    return thing.state


@BY_NAME
def test_table_equals_the_library_for_every_state_and_trigger(table: Table) -> None:
    for state in table.machine.states:
        for trigger in table.steps:
            assert table.transition(state, trigger) == follow(table, state, trigger), (state, trigger)


@given(data=st.data())
def test_table_equals_the_library_along_any_way(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(list(TABLES.values())))
    machine, thing = build(table.machine), Thing()
    machine.add_model(thing)
    state = table.machine.initial
    for trigger in data.draw(st.lists(st.sampled_from(list(table.steps)), max_size=30)):
        dest = table.transition(state, trigger)
        if dest is None:
            with pytest.raises(MachineError):
                thing.trigger(trigger)
        else:
            thing.trigger(trigger)
            state = dest
        assert thing.state == state


def test_every_machine_of_the_folder_is_in_the_catalogue() -> None:
    modules = [
        __import__(f"{machines.__name__}.{found.name}", fromlist=["MACHINE"])
        for found in pkgutil.iter_modules(machines.__path__)
    ]
    declared = {module.MACHINE.name for module in modules if hasattr(module, "MACHINE")}
    assert declared == set(TABLES)


@BY_NAME
def test_every_value_of_a_reading_or_command_has_a_trigger(table: Table) -> None:
    for on in table.machine.listens:
        if isinstance(on.trigger, ByField):
            wanted = typing.get_type_hints(on.event)[on.trigger.field]
            values = typing.get_args(wanted) if typing.get_origin(wanted) is typing.Literal else ()
            handled = set(on.trigger.triggers)
            only_opening = table.machine.name == "telescope_lock" and handled == {"open"}
            assert only_opening or handled >= set(values), on.event


@BY_NAME
def test_every_event_has_the_fields_that_tell_its_instances(table: Table) -> None:
    for on in table.machine.listens:
        fields = {field.name for field in msgspec.structs.fields(on.event)}
        wanted = {table.machine.instance, on.instances} - {""}
        if on.instances:
            wanted.discard(table.machine.instance)
        assert on.everywhere or wanted <= fields, on.event


def two_states(**changed: Any) -> Machine:
    """A correct machine, with something changed."""
    correct: dict[str, Any] = {
        "name": "lamp",
        "meaning": "A lamp.",
        "thing": "lamp",
        "states": ("off", "on"),
        "initial": "off",
        "transitions": (("switch", "off", "on"), ("switch", "on", "off")),
        "listens": (On(FocusCommanded, "switch"),),
    }
    return Machine(**{**correct, **changed})


def departure(trigger: str, source: str) -> Departure:
    """A named departure."""
    return Departure(
        name="Odd", trigger=trigger, source=source, dest="on", severity="notice", meaning="", remedy=""
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"initial": "glowing"}, "initial state 'glowing'"),
        ({"states": ("off", "on", "broken")}, "nothing leads to: broken"),
        ({"transitions": (("switch", "off", "on"), ("switch", "on", "burnt"))}, "unknown states: burnt"),
        (
            {"transitions": (("switch", "*", "on"), ("switch", "on", "off"))},
            "'switch' is declared twice from 'on'",
        ),
        ({"departures": (departure("switch", "off"),)}, "'switch' is declared twice from 'off'"),
        ({"departures": (departure("kick", "off"),)}, "without a transition: kick"),
        ({"listens": ()}, "triggers without an event or without a transition: switch"),
        ({"listens": (On(FocusCommanded, "switch"), On(FocusRead, "read"))}, "without a transition: read"),
    ],
)
def test_a_contradiction_is_refused(changed: dict[str, Any], reason: str) -> None:
    compile_table(two_states())
    with pytest.raises(MachineMisdeclared, match=reason):
        compile_table(two_states(**changed))

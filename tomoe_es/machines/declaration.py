"""How a state machine is declared: its states and transitions, and which events trigger them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Literal

import msgspec

from tomoe_es.events import Event

Severity = Literal["notice", "warning", "serious", "critical"]

States = str | tuple[str, ...]
"""A state, several of them, or "*" for every state."""

Transition = tuple[str, States, str]
"""Trigger, source, destination, as `transitions.Machine` takes them; "=" stays in the source."""


class ByField(msgspec.Struct, frozen=True):
    """The value of a field tells the trigger; an event with another value does not concern the machine."""

    field: str
    triggers: Mapping[Hashable, str]


class On(msgspec.Struct, frozen=True):
    """Which trigger an event is, and for which instances of the machine."""

    event: type[Event]
    trigger: str | ByField
    instances: str = ""  # field with a list of instances; "": the one instance that the event is about
    everywhere: bool = False  # for every instance that has such a transition; the others are left alone


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """A departure from normal that is understood, so that it has a name of its own."""

    name: str
    trigger: str
    source: States
    dest: str  # where the thing is afterwards; "=": where it was
    severity: Severity
    meaning: str
    remedy: str
    lasts: bool = False  # for as long as the thing is in `dest`; then it is over


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What is normal for one kind of thing. A trigger in a state without a transition is a violation."""

    name: str
    meaning: str
    thing: str  # how an instance is called, such as "exposure/{:08d}"
    states: tuple[str, ...]
    initial: str
    transitions: tuple[Transition, ...]
    listens: tuple[On, ...]
    departures: tuple[Departure, ...] = ()
    instance: str = ""  # field of the events that tells the instance; "": there is only one
    forgotten: frozenset[str] = frozenset()  # end states after which nothing may happen: not remembered
    severity: Severity = "serious"  # of a transition that is neither declared nor a named departure

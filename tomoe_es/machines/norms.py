"""Everything that is declared normal, in one list: machines with their departures, rules, deadlines."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from tomoe_es.events import Event
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.declaration import Machine, Severity
from tomoe_es.machines.judging.by_machines import undeclared_name
from tomoe_es.machines.rule import Deadline, Rule
from tomoe_es.machines.rules import RULES

Kind = Literal["transition", "rule", "deadline"]


_SEVERITIES = get_args(Severity)
"""From the mildest on."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One violation that can be detected: what it means, and what to do."""

    name: str
    kind: Kind
    severity: Severity  # the highest, where machines differ
    meaning: str
    remedy: str
    reads: list[str]  # event types
    machines: list[str] = []  # of a transition: the machines that can tell it
    lasts: bool  # its end is recorded too, unless it needs an acknowledgement
    needs_acknowledgement: bool
    within: str = ""  # of a deadline


def declared() -> dict[str, Declared]:
    """All of them, by name."""
    found: dict[str, Declared] = {}
    for table in TABLES.values():
        for each in _of_machine(table.machine):
            known = found.get(each.name)
            if known is not None:
                each = msgspec.structs.replace(
                    each,
                    severity=max(known.severity, each.severity, key=_SEVERITIES.index),
                    reads=list(dict.fromkeys([*known.reads, *each.reads])),
                    machines=list(dict.fromkeys([*known.machines, *each.machines])),
                )
            found[each.name] = each
    for rule in RULES.values():
        found[rule.name] = _of(rule, "rule")
    for deadline in DEADLINES.values():
        found[deadline.name] = _of(deadline, "deadline")
    return found


def ends_in_words(violation: Declared) -> str:
    """How it ends, for people."""
    if violation.needs_acknowledgement:
        ends = "when a person acknowledges it"
        return f"{ends}; that normal holds again is recorded" if violation.lasts else ends
    return "by itself, which is recorded" if violation.lasts else "as soon as it has happened"


def _names(kinds: tuple[type[Event], ...]) -> list[str]:
    return [kind.__name__ for kind in kinds]


def _of(norm: Rule | Deadline, kind: Kind) -> Declared:
    return Declared(
        name=norm.name,
        kind=kind,
        severity=norm.severity,
        meaning=norm.meaning,
        remedy=norm.remedy,
        reads=_names(norm.reads),
        lasts=norm.lasts,
        needs_acknowledgement=norm.needs_acknowledgement,
        within=_within(norm) if isinstance(norm, Deadline) else "",
    )


def _within(deadline: Deadline) -> str:
    begins, ends = (
        " or ".join(mark.event.__name__ for mark in marks) for marks in (deadline.begins, deadline.ends)
    )
    time = f"{deadline.within_seconds:g} s" if deadline.due_us is None else "a time that follows from it"
    return f"after {begins}: {ends} within {time}"


def _of_machine(machine: Machine) -> list[Declared]:
    reads = list(dict.fromkeys(on.event.__name__ for on in machine.listens))
    undeclared = Declared(
        name=undeclared_name(machine),
        kind="transition",
        severity=machine.severity,
        meaning=f"an event came that the machine '{machine.name}' does not declare in its state",
        remedy="look at its evidence with 'tomoe log show'; if it is normal, declare it",
        reads=reads,
        machines=[machine.name],
        lasts=False,
        needs_acknowledgement=machine.severity == "critical",
    )
    named = [
        Declared(
            name=each.name,
            kind="transition",
            severity=each.severity,
            meaning=each.meaning,
            remedy=each.remedy,
            reads=reads,
            machines=[machine.name],
            lasts=each.lasts,
            needs_acknowledgement=each.severity == "critical",
        )
        for each in machine.departures
    ]
    return [*named, undeclared]

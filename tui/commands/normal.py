"""`tomoe normal`: what is declared normal, and whether past nights were."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from contextlib import closing
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

import msgspec
from cyclopts import App

from replay.beginning import require_beginning
from replay.errors import NightUnknown
from tomoe_es.conditions import Condition
from tomoe_es.errors import UsageError
from tomoe_es.events import EVENT_TYPES
from tomoe_es.log import open_log
from tomoe_es.log.segment_names import list_segments
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.judging.again import Comparison, Line, compare
from tomoe_es.machines.norms import Declared, declared, ends_in_words
from tui.conditions import all_conditions, named_in
from tui.data_folder import data_folder

app = App(name="normal", help="What is declared normal, and whether past nights were.")


class NotDeclared(UsageError):
    """Nothing normal, and no violation, has this name."""

    what_to_do = "look the name up in what `tomoe normal` lists"


@app.default
def normal(*, json: bool = False) -> int:
    """List machines, rules and deadlines.

    Parameters
    ----------
    json
        As one JSON object.
    """
    violations = declared()
    if json:
        machines = [
            {"name": name, "meaning": table.machine.meaning, "states": table.machine.states}
            for name, table in TABLES.items()
        ]
        listed = {"machines": machines, "violations": list(violations.values())}
        sys.stdout.write(msgspec.json.encode(listed).decode() + "\n")
        return 0
    _heading(f"{len(TABLES)} machines")
    for name, table in TABLES.items():
        sys.stdout.write(f"{name:<35}{table.machine.meaning}\n")
    for kind, title in (
        ("rule", "rules"),
        ("deadline", "deadlines"),
        ("transition", "departures of the machines"),
    ):
        listed_here = [each for each in violations.values() if each.kind == kind]
        _heading(f"{len(listed_here)} {title}")
        for each in listed_here:
            sys.stdout.write(f"{each.name:<35}{each.severity:<10}{each.meaning}\n")
    return 0


@app.command
def show(name: str, *, json: bool = False) -> int:
    """Say what a violation means, how severe it is, what to do, and what it is judged by.

    Also what any other condition means, such as that of a failed reduction, and what to do. Of an alarm's
    name, such as 'ProductRejected (cloud, noise)', each condition in it; exit code 2 when one is unknown.

    Parameters
    ----------
    name
        Name of the violation, such as TargetBehindClosedSlit, of a machine, of a condition, or of an alarm.
    json
        As JSON objects, one a line: each condition of that name, or in the alarm's, is one.
    """
    if name in TABLES:
        return _show_machine(name, json)
    found = declared().get(name)
    known, unknown = _conditions(name) if found is None else ([], [])
    if json:
        for one in [found] if found else known:
            sys.stdout.write(msgspec.json.encode(one).decode() + "\n")
    else:
        _print_fields(_lines(found) if found else chain.from_iterable(map(_condition_lines, known)))
    if unknown:
        raise NotDeclared("; ".join(f"nothing is called '{each}': {_hint(each)}" for each in unknown))
    return 0


@app.command
def check(*, night: str | None = None, json: bool = False, data: Path | None = None) -> int:
    """Judge past nights again, and compare with the violations that were recorded while they ran.

    Exit codes: 0 the same; 1 they differ (each difference is a line), or there is nothing to judge.

    Parameters
    ----------
    night
        Only this night, such as 2023-12-12; else all.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        require_beginning(log)
        compared = compare(log.read(), night)
    if night is not None and not compared.nights:
        why = "give the date of its evening"
        if night in {each.night for each in list_segments(folder.log)}:
            why = "no night began that evening, what stands there belongs to the one before"
        raise NightUnknown(f"the log holds no night {night}: {why}")
    if json:
        sys.stdout.write(msgspec.json.encode(compared).decode() + "\n")
    else:
        _tell(compared)
    return 1 if compared.only_live or compared.only_again else 0


def _tell(compared: Comparison) -> None:
    for text, lines in (
        ("recorded, not found again", compared.only_live),
        ("found again, not recorded", compared.only_again),
    ):
        for line in lines:
            sys.stdout.write(f"{text}: {_text(line)}\n")
    violations, ends = compared.equal_violations, compared.equal - compared.equal_violations
    differences = len(compared.only_live) + len(compared.only_again)
    sys.stdout.write(
        f"{compared.nights} night{'s' * (compared.nights != 1)}, {compared.events} events: "
        f"{violations} violation{'s' * (violations != 1)} and {ends} end{'s' * (ends != 1)} "
        f"of violations are the same, {differences} differ\n"
    )


def _text(line: Line) -> str:
    at = f" at {', '.join(str(each) for each in line.evidence)}" if line.evidence else ""
    return f"{line.kind} {line.name}{at}: {line.message}"


def _conditions(name: str) -> tuple[list[Condition], list[str]]:
    """All of this name, or each that an alarm of it names; and the names of which nothing is known."""
    same_name = [each for each in all_conditions() if each.name == name]
    if same_name:
        return same_name, []
    named = named_in(name)
    return [known for _, known in named if known], [each for each, known in named if not known]


def _print_fields(fields: Iterable[tuple[str, str]]) -> None:
    for label, text in fields:
        lines = textwrap.wrap(text, 90) or [""]
        sys.stdout.write(f"{label:<12}{lines[0]}\n" + "".join(f"{'':<12}{each}\n" for each in lines[1:]))


def _lines(found: Declared) -> Iterable[tuple[str, str]]:
    yield "name", found.name
    yield "kind", f"{found.kind} of {', '.join(found.machines)}" if found.machines else found.kind
    yield "severity", found.severity
    yield "means", found.meaning
    yield "do", found.remedy
    if found.within:
        yield "normal", found.within
    yield "reads", ", ".join(found.reads)
    yield "ends", ends_in_words(found)


def _condition_lines(known: Condition) -> Iterable[tuple[str, str]]:
    yield "name", known.name
    yield "kind", f"{known.kind}: no departure from what is declared normal"
    yield "means", known.meaning
    yield "do", known.what_to_do


def _hint(name: str) -> str:
    if name in EVENT_TYPES:
        return f"it is a type of events, which 'tomoe log tail --types {name}' shows"
    near = get_close_matches(name, [*TABLES, *declared(), *(each.name for each in all_conditions())], n=1)
    return (
        f"did you mean '{near[0]}'?" if near else "see the list with 'tomoe normal', or the page Conditions"
    )


def _show_machine(name: str, json: bool) -> int:
    machine = TABLES[name].machine
    violations = [each for each in declared().values() if name in each.machines]
    if json:
        told = {"name": name, "meaning": machine.meaning, "states": machine.states, "violations": violations}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 0
    sys.stdout.write(f"{name:<12}{machine.meaning}\nstates      {', '.join(machine.states)}\n")
    for each in violations:
        sys.stdout.write(f"violation   {each.name} ({each.severity}): {each.meaning}\n")
    sys.stdout.write(f"drawn in    docs/states/{name}.svg\n")
    return 0


def _heading(text: str) -> None:
    sys.stdout.write(f"\n{text}\n{'-' * len(text)}\n")

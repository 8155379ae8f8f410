"""`tomoe replay`: go through a night again, and find out why; the log is only read."""

from __future__ import annotations

import os
import sys
import time as real_time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter

from adapters.code_identity import code_identity
from replay import breakpoints, checking, differences, exporting, names, places
from replay.causes import effects as effects_of
from replay.causes import why as causes_of
from replay.conditions import Condition, condition
from replay.errors import ImportRefused, PlaceUnknown, did_you_mean
from replay.night import Identity, ReplayedNight, code_name, state_names
from replay.opening import log_digest, opened_night
from replay.playing import play as play_events
from replay.timing import timing as timing_of
from replay.trace import trace_lines
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tomoe_es.log.read_only import ReadOnlyLog
from tomoe_es.machines.catalogue import TABLES
from tui.commands import replay_text as text
from tui.data_folder import DataFolder, data_folder

app = App(name="replay", help="Go through a night again and find out why. The log is only read.")

Night = Annotated[str | None, Parameter(name="--night")]
Data = Annotated[Path | None, Parameter(name="--data")]
Json = Annotated[bool, Parameter(name="--json", negative="")]


@app.command
def show(
    place: str = "end",
    *,
    step: Literal["event", "operation", "exposure", "recipe"] = "event",
    count: int = 0,
    state: str | None = None,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Show the state of everything at a place of the night, or so many steps after or before it.

    Parameters
    ----------
    place
        start, end, 1234, 50%, 22:14 (JST), '13:14 UTC', recipe:ID, exposure:N, product:NAME, violation:NAME.
    step
        What one step goes to.
    count
        How many steps on; negative: back.
    state
        One state whole, such as control or 'projection queue'; `tomoe replay names` lists them.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object, every state whole.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        position = places.step(opened, places.position_of(opened, place), step, count)
        event = places.event_at(opened, position)
        if state is not None or json:
            chosen = _states(opened, position, state)
            plain = {name: differences.plain(each) for name, each in chosen.items()}
            _print_json(identity, event=event, states=plain)
        else:
            _print(identity, text.state_lines(event, opened.folding(position).states()))
    return 0


@app.command
def why(place: str, *, night: Night = None, json: Json = False, data: Data = None) -> int:
    """Tell why something happened: its causes, back to the person, the schedule or the reading that began it.

    Parameters
    ----------
    place
        As for `show`; mostly a position or violation:NAME.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        causes = causes_of(opened, places.position_of(opened, place))
        if json:
            _print_json(identity, causes=causes)
        else:
            _print(identity, text.why_lines(causes))
    return 0


@app.command
def effects(
    place: str, *, limit: int = 200, night: Night = None, json: Json = False, data: Data = None
) -> int:
    """Tell what followed from an event, to the end of the night.

    Parameters
    ----------
    place
        As for `show`.
    limit
        Lines at most.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object, all of them.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        found = effects_of(opened, places.position_of(opened, place))
        if json:
            _print_json(identity, effects=found)
        else:
            _print(identity, text.effect_lines(found, limit))
    return 0


@app.command
def when(
    condition: str,
    *,
    start: Annotated[str, Parameter(name="--from")] = "start",
    back: Annotated[bool, Parameter(negative="")] = False,
    limit: int = 1,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Go on to where a condition comes to hold, such as 'dome.slit == "closed" and camera == "exposing"'.

    Exit code 1 when that is nowhere.

    Parameters
    ----------
    condition
        Over machines, states and events; `tomoe replay names` lists what it may speak of.
    start
        Place to go on from, as for `show`.
    back
        Backwards: the last place before.
    limit
        Places at most.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        checked = _condition(opened, condition)
        position = places.position_of(opened, start)
        found: list[Recorded]
        if back:
            last = breakpoints.last_hit(opened, checked, opened.last + 1 if start == "start" else position)
            found = [last] if last is not None else []
        else:
            after = position - 1 if start == "start" else position
            found = list(islice(breakpoints.hits(opened, checked, after), limit))
        if json:
            _print_json(identity, condition=condition, events=found)
        else:
            _print(identity, map(text.event_line, found) if found else [f"never: {condition}"])
    return 0 if found else 1


@app.command
def bisect(
    condition: str,
    *,
    monotone: Annotated[bool, Parameter(negative="")] = False,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Find the first event at which a condition holds; exit code 1 when it never does.

    Parameters
    ----------
    condition
        As for `when`.
    monotone
        You know that once it holds, it holds to the end: then it is searched by halves.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        found = breakpoints.first_hit(opened, _condition(opened, condition), declared_monotone=monotone)
        if json:
            _print_json(identity, condition=condition, event=found.event, how=found.how)
        else:
            first = text.event_line(found.event) if found.event is not None else f"never: {condition}"
            _print(identity, [first, f"({found.how})"])
    return 0 if found.event is not None else 1


@app.command
def diff(
    before: str,
    after: str,
    *,
    state: str | None = None,
    other_night: str | None = None,
    limit: int = text.MANY,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Compare the whole state at two places of a night, or of two nights.

    Parameters
    ----------
    before
        First place, as for `show`.
    after
        Second place.
    state
        One state alone.
    other_night
        Night of the second place; else the same one.
    limit
        Lines at most.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object, all of them.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = _folder(data)
    with _opened(data, night) as (opened, identity):
        other = ReplayedNight(opened.log, other_night) if other_night else opened
        one = _states(opened, places.position_of(opened, before), state)
        two = _states(other, places.position_of(other, after), state)
        changes = differences.differences(one, two)
        if json:
            plain = [
                [each.path, differences.plain(each.before), differences.plain(each.after)] for each in changes
            ]
            _print_json(identity, changes=plain)
        else:
            if other is not opened:
                digest = log_digest(folder.log, other)
                extra = [f"other night {other.night}   {digest}, code {other.code_then}", ""]
            else:
                extra = []
            _print(identity, [*extra, *text.change_lines(changes, limit)])
    return 0


@app.command
def check(
    *,
    night: Night = None,
    every_night: Annotated[bool, Parameter(name="--all", negative="")] = False,
    differences: Annotated[int, Parameter(name="--differences")] = 1,
    json: Json = False,
    data: Data = None,
) -> int:
    """Decide the night again with the code of now, and compare; exit code 1 when a decision differs.

    Parameters
    ----------
    night
        Date of the night's evening; else the last one.
    every_night
        Every night of the log.
    differences
        How many differences to tell of each night; 0: all.
    json
        One JSON object a line.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = _folder(data)
    code = code_name(code_identity())
    good = True
    with closing(ReadOnlyLog(folder.log)) as log:
        nights = checking.nights_of(log) if every_night else [ReplayedNight(log, night).night]
        for checked in checking.check(
            folder.log, nights, stop_after=differences or None, workers=os.cpu_count() or 1
        ):
            opened = ReplayedNight(log, checked.night)
            digest = log_digest(folder.log, opened)
            identity = Identity(opened.night, opened.first, opened.last, digest, opened.code_then, code)
            good = good and not checked.differences
            if json:
                _print_json(identity, checked=checked)
                continue
            _print(identity, text.checked_lines(checked))
            for each in checked.differences[:1]:
                event = opened.event(max(1, each.position))
                for line in text.state_lines(event, checking.state_before(opened, each)):
                    sys.stdout.write(f"    {line}\n")
    return 0 if good else 1


@app.command
def export(
    *,
    start: Annotated[str, Parameter(name="--from")] = "start",
    end: Annotated[str, Parameter(name="--to")] = "end",
    form: Annotated[Literal["jsonl", "csv", "trace"], Parameter(name="--format")] = "jsonl",
    out: Path | None = None,
    night: Night = None,
    data: Data = None,
) -> int:
    """Write a part of a night as JSON lines, as CSV, or as a trace for https://ui.perfetto.dev.

    Parameters
    ----------
    start
        First place, as for `show`.
    end
        Last place.
    form
        jsonl can be imported again; trace has recipes, operations, devices, chips as tracks.
    out
        File; else it goes to stdout.
    night
        Date of the night's evening; else the last one.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    writers = {"jsonl": exporting.json_lines, "csv": exporting.csv_lines, "trace": trace_lines}
    with _opened(data, night) as (opened, identity):
        first, last = places.position_of(opened, start), places.position_of(opened, end)
        lines = writers[form](identity, opened.events(first - 1, last))
        if out is None:
            sys.stdout.writelines(lines)
        else:
            with out.open("w", encoding="utf-8") as file:
                file.writelines(lines)
    return 0


@app.command(name="import")
def import_(file: Path, *, data: Data = None) -> int:
    """Make a log of exported JSON lines, in a data folder that has none.

    Parameters
    ----------
    file
        What `export` wrote as jsonl.
    data
        Data folder for the new log; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    if folder.log.exists() and any(folder.log.iterdir()):
        raise ImportRefused(f"there is a log in {folder.log} already: name a new folder with --data")
    with file.open(encoding="utf-8") as lines, closing(open_log(folder.log_url)) as log:
        count = exporting.import_json_lines(lines, log)
    sys.stdout.write(f"{count} events imported into {folder.log}\n")
    return 0


@app.command
def timing(
    *,
    start: Annotated[str, Parameter(name="--from")] = "start",
    end: Annotated[str, Parameter(name="--to")] = "end",
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Tell where the night went: time by operation, device, stage of the pipeline, and overhead.

    Parameters
    ----------
    start
        First place, as for `show`.
    end
        Last place.
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data, night) as (opened, identity):
        first, last = places.position_of(opened, start), places.position_of(opened, end)
        measured = timing_of(opened.events(first - 1, last))
        if json:
            _print_json(identity, timing=measured)
        else:
            _print(identity, text.timing_lines(measured))
    return 0


@app.command
def play(
    *,
    start: Annotated[str, Parameter(name="--from")] = "start",
    end: Annotated[str, Parameter(name="--to")] = "end",
    speed: float = 60.0,
    night: Night = None,
    data: Data = None,
) -> int:
    """Print the events of a night as they came, so many times faster than life, until Ctrl-C.

    Parameters
    ----------
    start
        First place, as for `show`.
    end
        Last place.
    speed
        How many times faster than life.
    night
        Date of the night's evening; else the last one.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    if not speed > 0:
        raise PlaceUnknown(f"--speed {speed:g} leads nowhere: give a number above 0")
    with _opened(data, night) as (opened, identity):
        first, last = places.position_of(opened, start), places.position_of(opened, end)
        _print(identity, [])
        for event in play_events(opened.events(first - 1, last), speed, real_time.monotonic, real_time.sleep):
            sys.stdout.write(text.event_line(event) + "\n")
            sys.stdout.flush()
    return 0


@app.command(name="names")
def names_(*, json: Json = False) -> int:
    """List what a condition may speak of: machines with their states, states with their fields, events.

    Parameters
    ----------
    json
        As one JSON object.
    """
    machines = {name: list(table.machine.states) for name, table in TABLES.items()}
    fields = {name: list(kind.__struct_fields__) for name, kind in names.STATE_TYPES.items()}
    if json:
        known = {
            "machines": machines,
            "states": fields,
            "event": sorted(names.EVENT_FIELDS),
            "whole": state_names(),
        }
        sys.stdout.write(msgspec.json.encode(known).decode() + "\n")
        return 0
    for name, states in machines.items():
        several = "" if not TABLES[name].machine.instance else f"[{TABLES[name].machine.instance}]"
        sys.stdout.write(f"{name + several:28} {' | '.join(states)}\n")
    for name, known_fields in fields.items():
        sys.stdout.write(f"{name + '.':28} {' '.join(known_fields)}\n")
    sys.stdout.write(f"{'event.':28} {' '.join(sorted(names.EVENT_FIELDS))}\n")
    sys.stdout.write(f"{'for show --state':28} {', '.join(state_names())}\n")
    return 0


def _folder(data: Path | None) -> DataFolder:
    folder = data_folder(data)
    folder.require()
    return folder


@contextmanager
def _opened(data: Path | None, night: str | None) -> Iterator[tuple[ReplayedNight, Identity]]:
    folder = _folder(data)
    with opened_night(folder.log, night, cache=folder.projections / "replay") as opened:
        yield opened


def _condition(night: ReplayedNight, given: str) -> Condition:
    return condition(given, lambda time: places.time_of(night, time))


def _states(night: ReplayedNight, position: int, name: str | None) -> dict[str, Any]:
    if name is None:
        return night.states(position)
    if name not in state_names():
        raise PlaceUnknown(f"no state is called '{name}': {did_you_mean(name, state_names())}")
    return {name: night.state(position, name)}


def _print(identity: Identity, lines: Iterable[str]) -> None:
    for line in (*identity.lines(), ""):
        sys.stdout.write(line + "\n")
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _print_json(identity: Identity, **content: Any) -> None:
    sys.stdout.write(msgspec.json.encode({"replay": identity, **content}).decode() + "\n")

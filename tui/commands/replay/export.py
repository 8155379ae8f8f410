"""`tomoe replay export` and `import`: a part of a night as a file, and a file as a log again."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from replay import exporting, places
from replay.errors import ImportRefused, PlaceUnknown
from replay.minimal import minimal_for_condition, minimal_for_rule, minimal_lines
from replay.night import Identity
from replay.opening import opened_night
from replay.pytest_file import Expected, pytest_for_condition, pytest_for_rule
from replay.trace import trace_lines
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_lines
from tui.commands.replay.parameters import Data, End, Flag, Night, Start
from tui.data_folder import data_folder
from tui.named_file import usable
from tui.whole_log import whole_log


def export(
    *,
    start: Start = "start",
    end: End = "end",
    form: Annotated[Literal["jsonl", "csv", "trace"], Parameter(name="--format")] = "jsonl",
    out: Path | None = None,
    minimal: Flag = False,
    rule: str = "",
    condition: str = "",
    pytest: Path | None = None,
    expect: Expected = "broken",
    night: Night = None,
    data: Data = None,
) -> int:
    """Write a part of a night as JSON lines, as CSV, or as a trace for https://ui.perfetto.dev.

    With --minimal the fewest events that still break a rule (--rule) or make a condition hold (--condition),
    and show no departure of another name than the whole night does; with --pytest also as a test.

    Parameters
    ----------
    form
        jsonl can be imported again; trace has recipes, operations, devices, chips as tracks.
    out
        File; else it goes to stdout.
    minimal
        The fewest events, found by delta debugging.
    rule
        Name of the rule, deadline or departure that they break.
    condition
        Or the condition that comes to hold.
    pytest
        Test file that judges --out, which must lie in the same folder.
    expect
        What the test asserts: that the rule is broken (the condition holds), or that it is kept.
    """
    if minimal:
        return _minimal(out, rule, condition, pytest, expect, night, data)
    if rule or condition or pytest:
        raise PlaceUnknown("--rule, --condition and --pytest belong to --minimal: add it")
    writers = {"jsonl": exporting.json_lines, "csv": exporting.csv_lines, "trace": trace_lines}
    with opened(data, night) as (replayed, identity):
        first, last = places.stretch(replayed, start, end)
        lines = writers[form](identity, replayed.events(first - 1, last))
        if out is None:
            sys.stdout.writelines(lines)
        else:
            with usable(out), out.open("w", encoding="utf-8") as file:
                file.writelines(lines)
            sys.stderr.write(f"{last - first + 1} events, {first} to {last}, written to {out}\n")
    return 0


def _minimal(
    out: Path | None,
    rule: str,
    condition: str,
    pytest: Path | None,
    expect: Expected,
    night: str | None,
    data: Path | None,
) -> int:
    if out is None or bool(rule) == bool(condition):
        raise PlaceUnknown("--minimal needs --out FILE, and one of --rule NAME and --condition TEXT")
    if pytest is not None and pytest.resolve().parent != out.resolve().parent:
        raise PlaceUnknown(f"the test finds its log beside it: put {pytest} into the folder of {out}")
    with opened(data, night) as (replayed, identity):
        if rule:
            found = minimal_for_rule(replayed, rule)
            test = pytest_for_rule(rule, replayed.night, identity.log_digest, out, expect)
        else:
            found = minimal_for_condition(replayed, places.checked_condition(replayed.night, condition))
            test = pytest_for_condition(condition, replayed.night, identity.log_digest, out, expect)
        with usable(out):
            out.write_text("".join(minimal_lines(identity, found)), encoding="utf-8")
        if pytest is not None:
            with usable(pytest):
                pytest.write_text(test, encoding="utf-8")
        kept = f"{len(found.events)} of {found.of} events, after {found.tries} tries; kept: {found.keeps}"
        print_lines(identity, [kept, *map(text.event_line, found.events[: text.MANY])])
    return 0


def import_(file: Path, *, data: Data = None) -> int:
    """Make a log of exported JSON lines, in a data folder that has none.

    Parameters
    ----------
    file
        What `export` wrote as jsonl.
    """
    folder = data_folder(data)
    if folder.holds_log:
        raise ImportRefused(f"there is a log in {folder.log} already: name a new folder with --data")
    with usable(file), file.open(encoding="utf-8") as lines, whole_log(folder) as log:
        first = lines.readline()
        count = exporting.import_json_lines(chain([first], lines), log)
    with opened_night(folder.log) as (_, identity):
        print_lines(identity, [f"{count} events imported into {folder.log}", _vouched(identity, first)])
    return 0


def _vouched(imported: Identity, heading: str) -> str:
    """What is known of whether the events are those of the log that the file's first line names."""
    exported = exporting.exported_from(heading)
    if exported is None:
        return "not signed: nobody vouches for them, and the file does not say from which log they are"
    same = exporting.is_that_of(imported, exported)
    if same is None:
        return f"not signed: nobody vouches that they are as in the log they are from, {exported.log_digest}"
    if same:
        return "not signed; its root is the one that the file names"
    return f"CHANGED SINCE THEY WERE EXPORTED: the file names the {exported.log_digest}"

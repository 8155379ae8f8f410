"""`tomoe replay export` and `import`: a part of a night as a file, and a file as a log again."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from replay import exporting, places
from replay.errors import ImportRefused
from replay.trace import trace_lines
from tomoe_es.log import open_log
from tui.commands.replay.opened import opened
from tui.commands.replay.parameters import Data, End, Night, Start
from tui.data_folder import data_folder


def export(
    *,
    start: Start = "start",
    end: End = "end",
    form: Annotated[Literal["jsonl", "csv", "trace"], Parameter(name="--format")] = "jsonl",
    out: Path | None = None,
    night: Night = None,
    data: Data = None,
) -> int:
    """Write a part of a night as JSON lines, as CSV, or as a trace for https://ui.perfetto.dev.

    Parameters
    ----------
    form
        jsonl can be imported again; trace has recipes, operations, devices, chips as tracks.
    out
        File; else it goes to stdout.
    """
    writers = {"jsonl": exporting.json_lines, "csv": exporting.csv_lines, "trace": trace_lines}
    with opened(data, night) as (replayed, identity):
        first, last = places.position_of(replayed, start), places.position_of(replayed, end)
        lines = writers[form](identity, replayed.events(first - 1, last))
        if out is None:
            sys.stdout.writelines(lines)
        else:
            with out.open("w", encoding="utf-8") as file:
                file.writelines(lines)
    return 0


def import_(file: Path, *, data: Data = None) -> int:
    """Make a log of exported JSON lines, in a data folder that has none.

    Parameters
    ----------
    file
        What `export` wrote as jsonl.
    """
    folder = data_folder(data)
    if folder.log.exists() and any(folder.log.iterdir()):
        raise ImportRefused(f"there is a log in {folder.log} already: name a new folder with --data")
    with file.open(encoding="utf-8") as lines, closing(open_log(folder.log_url)) as log:
        count = exporting.import_json_lines(lines, log)
    sys.stdout.write(f"{count} events imported into {folder.log}\n")
    return 0

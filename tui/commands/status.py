"""`tomoe status`: what the dashboard shows, as text or JSON."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from projections.overview_model import Overview
from tui.commands.status_text import status_text
from tui.data_folder import data_folder
from tui.dead_night import read_night
from tui.terminal import clear_screen

WATCH_SECONDS = 1.0


def status(
    *,
    data: Annotated[Path | None, Parameter(name="--data")] = None,
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    watch: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Say how the night is going: schedule, queue, pool, history, hardware, weather, chips, alarms.

    When its process is dead that comes first: since when, what has become of the telescope, how to go on.

    Exit codes: 0 told; 1 there is nothing to tell (no night has been run in this folder, or its projections
    can't be read); 2 wrong usage; 130 watching was ended with Ctrl-C.

    Parameters
    ----------
    data
        The data folder; without it $TOMOE_DATA, else data/.
    json
        As one line of JSON, with times in UTC microseconds since 1970.
    watch
        Again whenever something changes, until Ctrl-C.
    """
    folder = data_folder(data)
    overview = read_night(folder)
    _show(overview, json, watch)
    while watch:
        time.sleep(WATCH_SECONDS)
        before, overview = overview, read_night(folder)
        if (overview.position, overview.dead) != (before.position, before.dead):
            _show(overview, json, watch)
    return 0


def _show(overview: Overview, as_json: bool, watch: bool) -> None:
    if as_json:
        text = msgspec.json.encode(overview).decode() + "\n"
    else:
        text = status_text(overview)
        if watch:
            if sys.stdout.isatty():
                clear_screen()
            else:
                text += "\n"
    sys.stdout.write(text)
    sys.stdout.flush()

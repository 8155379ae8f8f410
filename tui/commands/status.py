"""`tomoe status`: what the dashboard shows, as text or JSON."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from projections.overview import read_overview
from projections.overview_model import Overview
from tui.commands.status_text import status_text
from tui.data_folder import data_folder
from tui.terminal import clear_screen

WATCH_SECONDS = 1.0


def status(
    *,
    data: Annotated[Path | None, Parameter(name="--data")] = None,
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    watch: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Say how the night is going: schedule, queue, pool, history, hardware, weather, chips, alarms.

    Exit codes: 0 told; 1 there is nothing to tell (no night has been run in this folder, or its projections
    can't be read); 2 wrong usage.

    Parameters
    ----------
    data
        The data folder; without it $TOMOE_DATA, else data/.
    json
        As one line of JSON, with times in UTC microseconds since 1970.
    watch
        Again whenever something changes, until interrupted (Ctrl-C).
    """
    projections = data_folder(data).projections
    try:
        overview = read_overview(projections)
        _show(overview, json, watch)
        while watch:
            time.sleep(WATCH_SECONDS)
            before, overview = overview, read_overview(projections)
            if overview.position != before.position:
                _show(overview, json, watch)
    except KeyboardInterrupt:
        pass
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

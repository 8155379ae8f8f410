"""`tomoe dashboard`: watch the night on the terminal."""

from __future__ import annotations

from pathlib import Path

from tui.dashboard.run import run_dashboard
from tui.data_folder import data_folder
from tui.needs_terminal import require_terminal


def dashboard(*, data: Path | None = None) -> int:
    """Show the night at a glance, keyboard only; ? lists the keys, q leaves.

    Parameters
    ----------
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    require_terminal("tomoe dashboard")
    return run_dashboard(folder.top)

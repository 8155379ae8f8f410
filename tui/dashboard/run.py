"""Opens the dashboard of a data folder on this terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tui.dashboard.app import DashboardApp
from tui.dashboard.commands import DataFolderCommands
from tui.dashboard.source import DataFolderSource, WallClock


def run_dashboard(
    data_dir: Path,
    *,
    leave_when_ended: bool = False,
    night_process: subprocess.Popen[bytes] | None = None,
) -> int:
    """Show the night of a data folder until the person leaves, or until it has ended when so asked.

    `night_process` is a night that was started for this dashboard: leaving asks what becomes of it, and when
    it has failed its exit code is returned. Otherwise 0.
    """
    app = DashboardApp(
        DataFolderSource(data_dir),
        WallClock(),
        leave_when_ended=leave_when_ended,
        night_process=night_process,
        commands=DataFolderCommands(data_dir),
    )
    result = app.run(mouse=False)
    return (app.return_code or 0) if result is None else result

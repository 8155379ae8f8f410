"""Opens the replay screen on this terminal."""

from __future__ import annotations

from tui.dashboard.source import WallClock
from tui.data_folder import DataFolder
from tui.replay_screen import moves
from tui.replay_screen.app import ReplayApp
from tui.replay_screen.source import FolderSource


def run_replay_screen(folder: DataFolder, night: str | None, place: str, speed: float) -> int:
    """Show a night from a place on until the person leaves."""
    app = ReplayApp(FolderSource(folder, night), WallClock(), begin=moves.to_place(place), speed=speed)
    result = app.run(mouse=False)
    return (app.return_code or 0) if result is None else result

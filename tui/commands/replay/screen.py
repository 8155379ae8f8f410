"""`tomoe replay screen`: go through a past night on the dashboard's own panels."""

from __future__ import annotations

from contextlib import closing

from replay.errors import PlaceUnknown
from replay.night import ReplayedNight
from replay.places import position_of
from tomoe_es.log.read_only import ReadOnlyLog
from tui.commands.replay.parameters import Data, Night
from tui.data_folder import data_folder
from tui.needs_terminal import require_terminal
from tui.replay_screen.player import FASTEST, SLOWEST
from tui.replay_screen.run import run_replay_screen


def screen(
    place: str = "start",
    *,
    speed: float = 60.0,
    night: Night = None,
    data: Data = None,
) -> int:
    """Show the night on the panels of the dashboard, at any moment of it; ? lists the keys, q leaves.

    It can't be taken for the live dashboard, and it can't act on anything: the log is only read.

    Parameters
    ----------
    place
        Where to begin, as for `show`.
    speed
        How many times faster than life it plays; space plays and pauses, < and > change it.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise PlaceUnknown(f"--speed {speed:g} is outside {SLOWEST:g} to {FASTEST:g}")
    folder = data_folder(data)
    folder.require()
    require_terminal("tomoe replay screen")
    with closing(ReadOnlyLog(folder.log)) as log:
        position_of(ReplayedNight(log, night), place)  # a mistake is told before the terminal is taken
    return run_replay_screen(folder, night, place, speed)

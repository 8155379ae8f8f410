"""`tomoe replay`: go through a night again, and find out why; the log is only read. One file an idea."""

from __future__ import annotations

from collections.abc import Callable

from cyclopts import App

from tui.commands.replay.bisect import bisect
from tui.commands.replay.causes import effects, why
from tui.commands.replay.check import check
from tui.commands.replay.diff import diff
from tui.commands.replay.export import export, import_
from tui.commands.replay.names import list_names
from tui.commands.replay.play import play
from tui.commands.replay.screen import screen
from tui.commands.replay.show import show
from tui.commands.replay.timing import timing
from tui.commands.replay.whatif import whatif
from tui.commands.replay.when import when

app = App(name="replay", help="Go through a night again and find out why. The log is only read.")
COMMANDS: dict[str, Callable[..., int]] = {
    "show": show,
    "why": why,
    "effects": effects,
    "when": when,
    "bisect": bisect,
    "diff": diff,
    "check": check,
    "whatif": whatif,
    "export": export,
    "import": import_,
    "timing": timing,
    "play": play,
    "screen": screen,
    "names": list_names,
}
"""By the word that is typed, in the order in which they are listed."""
for name, command in COMMANDS.items():
    app.command(command, name=name)

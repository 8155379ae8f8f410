"""The command line: one module a command in `tui/commands/`, put together here."""

from __future__ import annotations

from importlib import metadata

from cyclopts import App

from tui import cli_errors
from tui.commands import alarm, audit, cube, lock, log, normal, notifier, queue, recipe, replay, stats
from tui.commands.dashboard import dashboard
from tui.commands.emergency import emergency
from tui.commands.guardian import guardian
from tui.commands.night import night
from tui.commands.rebuild import rebuild
from tui.commands.status import status
from tui.commands.telescope import telescope
from tui.commands.worker import worker

app = App(
    name="tomoe",
    help=(
        "Run, watch and audit the observatory.\n\n"
        "Exit codes: 0 good; 1 a named condition prevents it, or something is not as it should be; "
        "2 the command can't be meant so; 130 broken off with Ctrl-C. "
        "The page Conditions says which condition gives 1 and which 2."
    ),
    version=metadata.version("tomoe-es"),
)
for command in (
    *(night, dashboard, status, recipe.app, queue.app, lock.app),
    *(alarm.app, normal.app, notifier.app, log.app, audit.app, replay.app, cube.app, stats.app, rebuild),
    *(emergency, guardian, telescope, worker),
):
    app.command(command)


def main() -> None:
    """Run the command that was given."""
    cli_errors.run(app)

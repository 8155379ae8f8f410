"""The command line as a whole: what `tomoe --help`, a mistyped command and the reference page need."""

from __future__ import annotations

from importlib import metadata

from cyclopts import App

from tui import cli_errors
from tui.start import COMMANDS, command

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
for each in COMMANDS:
    app.command(command(each))


def main() -> None:
    """Run the command that was given."""
    cli_errors.run(app)

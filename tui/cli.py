"""The command line: one module a command in `tui/commands/`, put together here."""

from __future__ import annotations

import sys
from importlib import metadata

from cyclopts import App

from tomoe_es.errors import TomoeError
from tui.commands import night

EXIT_CONDITION = 1
"""Something understood prevents it; the message says what to do."""
EXIT_USAGE = 2

app = App(
    name="tomoe",
    help="Run, watch and audit the observatory.\n\nExit codes: 0 good, 1 a named condition, 2 usage.",
    version=metadata.version("tomoe-es"),
)
app.command(night.night)


def main() -> None:
    """Entry point of the console script."""
    try:
        code = app()
    except TomoeError as error:
        sys.stderr.write(f"tomoe: {error.condition}: {error}\n")
        sys.exit(EXIT_CONDITION)
    except KeyboardInterrupt:
        sys.stderr.write("tomoe: broken off\n")
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)

"""The command line: one module a command in `tui/commands/`, put together here."""

from __future__ import annotations

import sys
from importlib import metadata

from cyclopts import App, CycloptsError

from tomoe_es.errors import TomoeError, UsageError
from tui.commands import audit, log, queue, recipe, replay
from tui.commands.dashboard import dashboard
from tui.commands.night import night
from tui.commands.rebuild import rebuild
from tui.commands.status import status
from tui.night.progress import discard_output

EXIT_CONDITION = 1
"""Something understood prevents it; the message says what to do."""
EXIT_USAGE = 2

app = App(
    name="tomoe",
    help="Run, watch and audit the observatory.\n\nExit codes: 0 good, 1 a named condition, 2 usage.",
    version=metadata.version("tomoe-es"),
)
for command in (night, dashboard, status, recipe.app, queue.app, log.app, audit.app, replay.app, rebuild):
    app.command(command)


def main() -> None:
    """Entry point of the console script."""
    code = None
    try:
        code = app(exit_on_error=False, print_error=True, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError:
        sys.exit(EXIT_USAGE)
    except TomoeError as error:
        sys.stderr.write(f"tomoe: {error.condition}: {error}\n")
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_CONDITION)
    except KeyboardInterrupt:
        sys.stderr.write("tomoe: broken off; a night that was running goes on with 'tomoe night --resume'\n")
        sys.exit(130)
    except BrokenPipeError:
        if sys.argv[1:2] == ["night"]:
            raise  # it does without a reader: this is another pipe, such as to a worker
        discard_output()  # the reader, such as `head`, has what it wanted
    sys.exit(code if isinstance(code, int) else 0)

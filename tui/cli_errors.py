"""How a command ends: its exit code, and what is told of a condition that prevented it."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from types import MethodType

from cyclopts import App, CycloptsError

from tomoe_es.errors import TomoeError, UsageError
from tui.terminal import only_shown, shown

EXIT_CONDITION = 1
"""Something understood prevents it; the message says what to do."""
EXIT_USAGE = 2


def run(app: App) -> None:
    """Run the command that was given, and exit as it ended."""
    code = None
    try:
        command, given, _ = app.parse_args(sys.argv[1:], exit_on_error=False, print_error=True)
        with nullcontext() if isinstance(command, MethodType) else only_shown():  # help has its colours
            code = command(*given.args, **given.kwargs)
            sys.stdout.flush()
    except CycloptsError:
        sys.exit(EXIT_USAGE)
    except TomoeError as error:
        sys.stderr.write(shown(f"tomoe: {error.condition}: {error}\n"))
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_CONDITION)
    except BrokenPipeError:
        if sys.argv[1:2] == ["night"]:
            raise  # it does without a reader: this is another pipe, such as to a worker
        discard_output()  # the reader, such as `head`, has what it wanted
    sys.exit(code if isinstance(code, int) else 0)


def discard_output() -> None:
    """Let standard output go nowhere, with what it still holds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

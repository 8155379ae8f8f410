"""Entry point of `tomoe`: a command loads only what it needs, so that it answers at once.

Nothing is imported here that takes its time: so Ctrl-C while a command is being loaded ends it in order too.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS = (
    *("night", "dashboard", "status", "recipe", "queue", "lock", "alarm", "normal", "notifier", "log"),
    *("audit", "replay", "truth", "cube", "stats", "rebuild", "emergency", "guardian", "telescope", "worker"),
)
"""Each is a module of `tui.commands`, in the order of `tomoe --help`."""


EXIT_BROKEN_OFF = 130


def main() -> None:
    """Run the command that was given."""
    try:
        _run()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would kill what is only ending
        goes_on = "; a night that was running goes on with 'tomoe night --resume'"
        sys.stderr.write(f"tomoe: broken off{goes_on if sys.argv[1:2] == ['night'] else ''}\n")
        sys.exit(EXIT_BROKEN_OFF)


def _run() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in COMMANDS:
        from cyclopts import App

        from tui import cli_errors

        app = App(name="tomoe")
        app.command(command(name))
        cli_errors.run(app)
    else:
        from tui import cli

        cli.main()


def command(name: str) -> App | Callable[..., Any]:
    """What carries out a command: an app of its own where it has commands in turn."""
    module = importlib.import_module(f"tui.commands.{name}")
    found: App | Callable[..., Any] = module.app if hasattr(module, "app") else getattr(module, name)
    return found


if __name__ == "__main__":
    main()

"""Entry point of `tomoe`: the commands of the shorter way to the telescope load only what they need."""

from __future__ import annotations

import importlib
import sys

SHORT_WAY = ("emergency", "guardian", "telescope")


def main() -> None:
    """Run the command that was given."""
    from tui import cli_errors

    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in SHORT_WAY:
        from cyclopts import App

        app = App(name="tomoe")
        app.command(getattr(importlib.import_module(f"tui.commands.{name}"), name))
        cli_errors.run(app)
    else:
        from tui import cli

        cli.main()


if __name__ == "__main__":
    main()

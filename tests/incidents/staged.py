"""Stages one incident's night, to go through it oneself: `python -m tests.incidents.staged 03 FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.incidents.catalogue import INCIDENTS
from tests.incidents.incident import stage


def main(arguments: list[str]) -> int:
    """Leave the night as a new data folder; exit code 2 for what is no incident or no new folder."""
    pages = {incident.page[:2]: incident for incident in INCIDENTS}
    if len(arguments) != 2 or arguments[0] not in pages:
        sys.stderr.write(f"give a number of {', '.join(sorted(pages))}, and a new folder\n")
        return 2
    folder = Path(arguments[1]).absolute()
    if folder.exists():
        sys.stderr.write(f"{folder} is there already: name a new folder\n")
        return 2
    stage(pages[arguments[0]], folder)
    sys.stdout.write(f"export TOMOE_DATA={folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

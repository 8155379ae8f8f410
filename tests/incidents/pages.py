"""Writes the pages of `docs/incidents/` anew: `python -m tests.incidents.pages` (in `make docs`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.incidents.catalogue import INCIDENTS
from tests.incidents.incident import outputs, page, stage

FOLDER = Path("docs/incidents")


def main() -> None:
    """Stage each incident, give its commands, and write what they print."""
    for incident in INCIDENTS:
        with tempfile.TemporaryDirectory() as folder:
            told = list(outputs(incident, stage(incident, Path(folder))))
        (FOLDER / incident.page).write_text(page(incident, told), encoding="utf-8")


if __name__ == "__main__":
    main()

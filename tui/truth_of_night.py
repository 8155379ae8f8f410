"""A night of a data folder compared with its truth files, and the one line that its summary has of that."""

from __future__ import annotations

from collections.abc import Iterable

from replay.opening import opened_night
from replay.truth.findings import Findings
from replay.truth.told import told_night
from tomoe_es.errors import TomoeError
from tomoe_es.events.envelope import Recorded
from tui.commands.truth_text import truth_line
from tui.data_folder import DataFolder


def compared(folder: DataFolder, night: str, events: Iterable[Recorded]) -> Findings:
    """Raises TruthMissing, TruthUnreadable."""
    from replay.truth.comparison import compare_night  # takes seconds to load

    return compare_night(told_night(events), night, folder.truth, folder.archive)


def truth_of_night(folder: DataFolder, night: str) -> str:
    """A line that says how a night agrees with its truth; empty where it has no truth files.

    That it can't be compared is said too, and takes nothing from a night that has run well.
    """
    if not (folder.truth / night).is_dir():
        return ""
    try:
        with opened_night(folder.log, night) as (opened, _):
            found = compared(folder, night, opened.events(opened.first - 1, opened.last))
    except TomoeError as error:
        return f"truth: not compared, {error.condition}: {error}\n"
    return f"{truth_line(found)}\n"

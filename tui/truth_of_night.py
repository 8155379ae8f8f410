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


def line_of_last_night(folder: DataFolder) -> str:
    """How the last night of the log agrees with its truth; empty where it has no truth files.

    A night that has run well has, also where it can't be compared: the line then says why.
    """
    try:
        with opened_night(folder.log) as (opened, _):
            if not (folder.truth / opened.night).is_dir():
                return ""
            return truth_line(compared(folder, opened.night, opened.events(opened.first - 1, opened.last)))
    except TomoeError as error:
        return f"truth: not compared, {error.condition}: {error}"

"""The system's processes, as one row of the hardware panel."""

from __future__ import annotations

from projections.overview_model import ProcessLine
from tomoe_es.events.system import NIGHT_OVER
from tui.dashboard.lines import column, line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, QUIET
from tui.dashboard.panel import Detail, Row
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import jst_seconds

PROCESSES = "processes"
NAME_WIDTH = 14
"""Of the column of names in the hardware panel, whose rows this is one of."""


def ill_processes(moment: Moment) -> list[ProcessLine]:
    """Those that are silent, and during the night those that have ended."""
    over = moment.overview.night.phase in NIGHT_OVER
    return [
        each
        for each in moment.overview.processes
        if each.state == "silent" or (each.state == "stopped" and not over)
    ]


def processes_row(moment: Moment, width: int) -> Row:
    """Which run; or, in alarm colours, which do not."""
    ill = ill_processes(moment)
    room = max(width - 1 - NAME_WIDTH, 0)
    if ill:
        said = ", ".join(f"{each.process} {each.state.upper()} {each.reason}" for each in ill)
        return Row(
            PROCESSES, line(("!", ALARM), (f"{PROCESSES:<{NAME_WIDTH}}", ALARM), (column(said, room), ALARM))
        )
    running = ", ".join(each.process for each in moment.overview.processes if each.state == "running")
    return Row(
        PROCESSES, line(" ", (f"{PROCESSES:<{NAME_WIDTH}}", QUIET), column(running or "none run", room))
    )


def processes_detail(moment: Moment) -> Detail:
    """All of them."""
    return Detail(
        title="Processes",
        lines=[
            field(
                each.process,
                f"{each.state}, process {each.pid}, since {jst_seconds(each.since_us)} JST"
                f"{f': {each.reason}' if each.reason else ''}",
            )
            for each in moment.overview.processes
        ]
        or [line("none has been started")],
    )

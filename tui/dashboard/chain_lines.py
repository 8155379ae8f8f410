"""What led to an alarm, as a tree on a sheet."""

from __future__ import annotations

from projections.causal_chain import Link
from tui.commands.alarm_text import tree_lines
from tui.dashboard.lines import Line, line
from tui.dashboard.palette import QUIET


def chain_lines(chain: list[Link]) -> list[Line]:
    """A line an event, below a blank one."""
    if not chain:
        return [line(""), line(("the log holds no such event", QUIET))]
    return [line(""), line(("what led to it", QUIET)), *(line(text) for text in tree_lines(chain))]

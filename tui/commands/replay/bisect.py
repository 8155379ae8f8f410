"""`tomoe replay bisect`: the first event at which something holds."""

from __future__ import annotations

from replay import breakpoints
from tui.commands import replay_text as text
from tui.commands.replay.opened import checked_condition, opened, print_json, print_lines
from tui.commands.replay.parameters import Data, Flag, Json, Night


def bisect(
    condition: str,
    *,
    monotone: Flag = False,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Find the first event at which a condition holds; exit code 1 when it never does.

    Parameters
    ----------
    condition
        As for `when`.
    monotone
        You know that once it holds, it holds to the end: then it is searched by halves.
    """
    with opened(data, night) as (replayed, identity):
        checked = checked_condition(replayed, condition)
        found = breakpoints.first_hit(replayed, checked, declared_monotone=monotone)
        if json:
            print_json(identity, condition=condition, event=found.event, how=found.how)
        else:
            first = text.event_line(found.event) if found.event is not None else f"never: {condition}"
            print_lines(identity, [first, f"({found.how})"])
    return 0 if found.event is not None else 1

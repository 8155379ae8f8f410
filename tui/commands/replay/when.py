"""`tomoe replay when`: on, or back, to where a condition comes to hold."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from cyclopts import Parameter

from replay import breakpoints, places
from tomoe_es.events.envelope import Recorded
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, Flag, Json, Night
from tui.numbers import Positive


def when(
    condition: str,
    *,
    start: Annotated[str, Parameter(name="--from")] = "start",
    back: Flag = False,
    limit: Positive = 1,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Go on to where a condition comes to hold, such as 'dome.slit == "closed" and camera == "exposing"'.

    Exit code 1 when that is nowhere.

    Parameters
    ----------
    condition
        Over machines, states and events; `tomoe replay names` lists what it may speak of.
    start
        Place to go on from, as for `show`.
    back
        Backwards: the last place before.
    limit
        Places at most; backwards it is one.
    """
    with opened(data, night) as (replayed, identity):
        checked = places.checked_condition(replayed, condition)
        position = places.position_of(replayed, start)
        found: list[Recorded]
        if back:
            before = replayed.last + 1 if start == "start" else position
            last = breakpoints.last_hit(replayed, checked, before)
            found = [last] if last is not None else []
        else:
            after = position - 1 if start == "start" else position
            found = list(islice(breakpoints.hits(replayed, checked, after), limit))
        if json:
            print_json(identity, condition=condition, events=found)
        else:
            print_lines(identity, map(text.event_line, found) if found else [f"never: {condition}"])
    return 0 if found else 1

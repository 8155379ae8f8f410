"""`tomoe replay when`: on, or back, to where a condition comes to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

from cyclopts import Parameter

from replay import breakpoints, places
from replay.conditions import Condition
from replay.never import not_found
from replay.night import ReplayedNight
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

    From the start of the night, one that holds already is found at the night's first event.
    Exit code 1 when that is nowhere.

    Parameters
    ----------
    condition
        Over machines, states and events; `tomoe replay names` lists what it may speak of.
    start
        Place to go on from, as for `show`.
    back
        Backwards: the last places before, the nearest first.
    limit
        Places at most.
    """
    with opened(data, night) as (replayed, identity):
        checked = places.checked_condition(replayed.night, condition)
        position = places.position_of(replayed, start)
        if back:
            before = replayed.last + 1 if start == "start" else position
            found = breakpoints.last_hits(replayed, checked, before, limit)
        else:
            after = position - 1 if start == "start" else position
            found = list(islice(breakpoints.hits(replayed, checked, after), limit))
        if json:
            print_json(identity, condition=condition, events=found)
        else:
            print_lines(identity, _lines(replayed, checked, position, found))
    return 0 if found else 1


def _lines(
    night: ReplayedNight, condition: Condition, position: int, found: Sequence[Recorded]
) -> Iterator[str]:
    for each in found:
        yield text.event_line(each)
        if breakpoints.held_from_start(night, condition, each):
            yield text.holds_from_start(each)
    if not found and condition.holds(breakpoints.moment(night, position)):
        yield f"nowhere from there, but at event {position} itself it holds: {condition.text}"
    elif not found:
        yield from not_found(night, condition, "from there")

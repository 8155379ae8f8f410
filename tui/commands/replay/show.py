"""`tomoe replay show`: the state of everything at a place of the night."""

from __future__ import annotations

import sys
from typing import Literal

from replay import differences, places
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines, states_at
from tui.commands.replay.parameters import Data, Json, Night, Place
from tui.numbers import Whole


def show(
    place: Place = "end",
    *,
    step: Literal["event", "operation", "exposure", "recipe"] = "event",
    count: Whole = 0,
    state: str | None = None,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Show the state of everything at a place of the night, or so many steps after or before it.

    Parameters
    ----------
    step
        What one step goes to.
    count
        How many steps on; negative: back.
    state
        One state whole, such as control or 'projection queue'; `tomoe replay names` lists them.
    """
    with opened(data, night) as (replayed, identity):
        named = places.position_of(replayed, place)
        position = places.step(replayed, named, step, count)
        event = places.event_at(replayed, position)
        outside = places.beyond(replayed, place, step, count)
        if outside:
            at = places.shown_time(event.time)
            sys.stderr.write(f"that is {outside}: shown is event {position}, {at}\n")
        if state is not None or json:
            chosen = states_at(replayed, position, state)
            plain = {name: differences.plain(each) for name, each in chosen.items()}
            print_json(identity, event=event, states=plain)
        else:
            lines = list(text.state_lines(event, replayed.folding(position).states()))
            if places.is_from_start(replayed, place, named):
                lines.insert(0, text.holds_from_start(replayed.event(named)))
            print_lines(identity, lines)
    return 0

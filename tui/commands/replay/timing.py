"""`tomoe replay timing`: where the night went."""

from __future__ import annotations

from replay import places
from replay.timing import timing as timing_of
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, End, Json, Night, Start


def timing(
    *,
    start: Start = "start",
    end: End = "end",
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Tell where the night went: time by operation, device, stage of the pipeline, and overhead."""
    with opened(data, night) as (replayed, identity):
        first, last = places.position_of(replayed, start), places.position_of(replayed, end)
        measured = timing_of(replayed.events(first - 1, last))
        if json:
            print_json(identity, timing=measured)
        else:
            print_lines(identity, text.timing_lines(measured))
    return 0

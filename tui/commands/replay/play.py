"""`tomoe replay play`: the events of a night as they came."""

from __future__ import annotations

import sys
import time as real_time

from replay import places
from replay.errors import PlaceUnknown
from replay.playing import play as play_events
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_lines
from tui.commands.replay.parameters import Data, End, Night, Start


def play(
    *,
    start: Start = "start",
    end: End = "end",
    speed: float = 60.0,
    night: Night = None,
    data: Data = None,
) -> int:
    """Print the events of a night as they came, so many times faster than life, until Ctrl-C.

    Parameters
    ----------
    speed
        How many times faster than life.
    """
    if not speed > 0:
        raise PlaceUnknown(f"--speed {speed:g} leads nowhere: give a number above 0")
    with opened(data, night) as (replayed, identity):
        first, last = places.stretch(replayed, start, end)
        print_lines(identity, [])
        coming = replayed.events(first - 1, last)
        for event in play_events(coming, speed, real_time.monotonic, real_time.sleep):
            sys.stdout.write(text.event_line(event) + "\n")
            sys.stdout.flush()
    return 0

"""`tomoe replay why` and `effects`: what led to an event, and what followed from it."""

from __future__ import annotations

from replay import places
from replay.causes import FEWEST_OF_CHAIN, LONGEST_CHAIN, not_in_part
from replay.causes import effects as effects_of
from replay.causes import why as causes_of
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, Json, Limit, Night, Place
from tui.numbers import Positive


def why(
    place: Place,
    *,
    limit: Positive = LONGEST_CHAIN,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Tell why something happened: its causes, back to the person, schedule or reading that began it.

    Parameters
    ----------
    limit
        Events told of one chain of causes, 6 or more: the nearest, and the last five.
    """
    with opened(data, night) as (replayed, identity):
        causes = causes_of(replayed, places.position_of(replayed, place), max(limit, FEWEST_OF_CHAIN))
        missing = not_in_part(replayed, causes[0].event)
        if json:
            print_json(identity, causes=causes, not_in_part=missing)
        else:
            print_lines(identity, text.why_lines(causes, missing))
    return 0


def effects(
    place: Place, *, limit: Limit = 200, night: Night = None, json: Json = False, data: Data = None
) -> int:
    """Tell what followed from an event, to the end of the night."""
    with opened(data, night) as (replayed, identity):
        found = effects_of(replayed, places.position_of(replayed, place))
        if json:
            print_json(identity, effects=found)
        else:
            print_lines(identity, text.effect_lines(found, limit))
    return 0

"""`tomoe replay diff`: how the whole state differs between two places, of one night or of two."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from replay import differences, places
from replay.comparing import compare
from replay.errors import PlaceUnknown
from replay.night import Identity, ReplayedNight
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines, states_at
from tui.commands.replay.parameters import Data, Json, Limit, Night


def diff(
    before: str = "",
    after: str = "",
    *,
    state: str | None = None,
    other_night: str | None = None,
    other_data: Path | None = None,
    limit: Limit = text.MANY,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Compare the whole state at two places of a night, or of two nights; or, without places, two nights.

    Of two nights it tells the first event that differs, and what came of each.

    Parameters
    ----------
    before
        First place, as for `show`.
    after
        Second place.
    state
        One state alone.
    other_night
        Night of the second place; else the same one.
    other_data
        Data folder of the second place, such as that of a what-if; else the same one.
    """
    with ExitStack() as stack:
        replayed, identity = stack.enter_context(opened(data, night))
        other, of_other = replayed, identity
        if other_night or other_data is not None:
            wanted = other_night or replayed.night
            other, of_other = stack.enter_context(opened(other_data or data, wanted))
        if not before and not after:
            return _of_nights(replayed, identity, other, of_other, json)
        if not before or not after:
            raise PlaceUnknown("a second place is missing: give two, or none to compare two nights")
        one = states_at(replayed, places.position_of(replayed, before), state)
        two = states_at(other, places.position_of(other, after), state)
        changes = differences.differences(one, two)
        if json:
            plain = [
                [each.path, differences.plain(each.before), differences.plain(each.after)] for each in changes
            ]
            print_json(identity, other=of_other, changes=plain)
        else:
            extra = [] if other is replayed else ["other", *of_other.lines(), ""]
            print_lines(identity, [*extra, *text.change_lines(changes, limit)])
    return 0


def _of_nights(
    one: ReplayedNight, identity: Identity, other: ReplayedNight, of_other: Identity, json: bool
) -> int:
    if one is other:
        raise PlaceUnknown("give two places, or another night with --other-night or --other-data")
    compared = compare(one, other)
    if json:
        print_json(identity, other=of_other, compared=compared)
    else:
        print_lines(identity, ["other", *of_other.lines(), "", *text.comparison_lines(compared)])
    return 0

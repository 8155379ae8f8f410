"""`tomoe replay diff`: how the whole state differs between two places, of one night or of two."""

from __future__ import annotations

from replay import differences, places
from replay.night import ReplayedNight
from replay.opening import log_digest
from tui.commands import replay_text as text
from tui.commands.replay.opened import existing_folder, opened, print_json, print_lines, states_at
from tui.commands.replay.parameters import Data, Json, Limit, Night


def diff(
    before: str,
    after: str,
    *,
    state: str | None = None,
    other_night: str | None = None,
    limit: Limit = text.MANY,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Compare the whole state at two places of a night, or of two nights.

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
    """
    folder = existing_folder(data)
    with opened(data, night) as (replayed, identity):
        other = ReplayedNight(replayed.log, other_night) if other_night else replayed
        one = states_at(replayed, places.position_of(replayed, before), state)
        two = states_at(other, places.position_of(other, after), state)
        changes = differences.differences(one, two)
        if json:
            plain = [
                [each.path, differences.plain(each.before), differences.plain(each.after)] for each in changes
            ]
            print_json(identity, changes=plain)
        else:
            if other is not replayed:
                digest = log_digest(folder.log, other)
                extra = [f"other night {other.night}   {digest}, code {other.code_then}", ""]
            else:
                extra = []
            print_lines(identity, [*extra, *text.change_lines(changes, limit)])
    return 0

"""`tomoe replay whatif`: a past night simulated again from a moment on, with other inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from replay.comparing import compare
from replay.errors import WhatIfImpossible, WhatIfInvalid
from replay.night import ReplayedNight
from replay.opening import opened_night
from replay.what_if.changes import Changes, Inserted, Moved, check, read_changes
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, Flag, Json, Night
from tui.data_folder import DataFolder, data_folder
from tui.night.what_if import Simulated, what_if


def whatif(
    *,
    into: Path,
    changes: Path | None = None,
    start: Annotated[str | None, Parameter(name="--from")] = None,
    weather: str | None = None,
    slew: float | None = None,
    leave_out: tuple[str, ...] = (),
    move: tuple[str, ...] = (),
    insert: tuple[str, ...] = (),
    direct: Flag = False,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Simulate a past night again from a moment on, with other inputs, and compare it with the true one.

    Up to that moment the events are those of the true night. What follows is simulated without pixels, and is
    marked as a what-if in its log and in every output about it.

    Parameters
    ----------
    into
        New data folder for what comes out.
    changes
        File of changes; the other options add to it.
    start
        Place, as for `show`, up to whose instant all stays the same; else just before the first change.
    weather
        The weather from then on: clear, clouds, rain, wind, or a night script file.
    slew
        Top speed of the mount from then on, degrees a second.
    leave_out
        An input that is not to come: recipe:ID or a position. May be given again.
    move
        An input at another time, as recipe:ID=-10 for ten minutes earlier. May be given again.
    insert
        A recipe handed in besides, as FILE@22:04. May be given again.
    direct
        What is inserted goes straight to the queue.
    """
    asked = read_changes(changes) if changes is not None else Changes()
    asked = msgspec.structs.replace(
        asked,
        from_=start or asked.from_,
        weather=weather or asked.weather,
        slew_deg_per_second=asked.slew_deg_per_second if slew is None else slew,
        leave_out=[*asked.leave_out, *leave_out],
        move=[*asked.move, *map(_moved, move)],
        insert=[*asked.insert, *(_inserted(each, direct) for each in insert)],
    )
    folder = DataFolder(into.resolve())
    if folder.holds_log or folder.top == data_folder(data).top:
        raise WhatIfImpossible(f"there is a log in {folder.top} already: name a new folder with --into")
    with opened(data, night) as (replayed, identity):
        check(asked, replayed.night)
        simulated = what_if(replayed, identity.log_digest, asked, folder)
        with opened_night(folder.log, replayed.night) as (other, of_other):
            compared = compare(replayed, other, simulated.branch.position)
            if json:
                print_json(identity, other=of_other, simulated=simulated, compared=compared)
            else:
                lines = [*_lines(replayed, simulated, folder), "", *text.comparison_lines(compared)]
                print_lines(identity, ["other", *of_other.lines(), "", *lines])
    return 0


def _lines(night: ReplayedNight, simulated: Simulated, folder: DataFolder) -> list[str]:
    branched = simulated.branch
    lines = [
        f"the same up to {text.event_line(night.event(branched.position)).strip()}"[:160],
        f"{simulated.followed} readings before that are alike when simulated, {simulated.not_followed} not",
        "simulated without pixels, guardian and notifier",
        f"look at it with 'tomoe replay show --data {folder.top}'",
    ]
    if branched.not_repeated:
        who = ", ".join(
            f"{name or 'nobody'} {count}" for name, count in sorted(branched.not_repeated.items())
        )
        lines.insert(3, f"not repeated, events of: {who}")
    if not simulated.ended:
        lines.insert(0, "THE NIGHT DOES NOT END: it was given up three hours after sunrise")
    return lines


def _moved(given: str) -> Moved:
    place, _, minutes = given.rpartition("=")
    try:
        by_minutes = float(minutes)
    except ValueError:
        place = ""
    if not place:
        raise WhatIfInvalid(f"'{given}' moves nothing: write INPUT=MINUTES, as recipe:3f2a=-10")
    return Moved(place, by_minutes)


def _inserted(given: str, direct: bool) -> Inserted:
    file, _, time = given.rpartition("@")
    if not file:
        raise WhatIfInvalid(f"'{given}' inserts nothing: write FILE@TIME, as alert.yaml@22:04")
    return Inserted(at=time, recipe=file, direct=direct)

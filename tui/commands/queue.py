"""`tomoe queue`: hand in recipes while the observatory runs, and stop or start their execution."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cyclopts import App

from tomoe_es.control import hands
from tomoe_es.control.state import Control
from tomoe_es.control.submission import submission
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.recipe import RecipeRefused
from tomoe_es.log import open_log
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES
from tui import running_night, safety_word
from tui.data_folder import data_folder
from tui.named_file import usable
from tui.person import person
from tui.running_night import night_and_time
from tui.said import said_or_not
from tui.silent_night import tell_when_silent

app = App(name="queue", help="Hand in recipes; stop and start the observation queue.")

ACTOR = "tomoe queue submit"


@app.command
def submit(file: Path, *, direct: bool = False, data: Path | None = None) -> int:
    """Check a recipe and put it into the pool of the night that runs.

    Exit code 1 when the recipe is refused: its errors are printed, and the refusal is in the log; also when
    no night runs. Exit code 2 when the file can't be read.

    Parameters
    ----------
    file
        The recipe.
    direct
        Straight to the observation queue, before the scheduled recipes: a target of opportunity.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with usable(file), file.open("rb") as opened:
        content = opened.read(LARGEST_BYTES + 1)  # a larger one is refused, without being read whole
    with closing(open_log(folder.log_url)) as log:
        night, now = night_and_time(log)
        event = submission(content, str(file), submitted_by=person(), night=night, now=now, direct=direct)
        new = None if isinstance(event, RecipeRefused) else 0
        appended = log.append(event.stream(), [Draft(event, now, actor=ACTOR)], expected_version=new)
    if isinstance(event, RecipeRefused):
        sys.stderr.write("".join(f"{error}\n" for error in event.errors))
        return 1
    where = "queue" if direct else "pool"
    sys.stdout.write(f"{event.recipe_id}  in the {where} of {night}, event {appended.first_position}\n")
    return 0


@app.command
def stop(*, why: str = "", data: Path | None = None) -> int:
    """Stop the queue after the running recipe.

    Exit code 1 when somebody has stopped it already: who, when and why is printed, and nothing is changed;
    also when the log can't be written, as on a full disk whose reserve is used up: it is recorded later.

    Parameters
    ----------
    why
        For everybody who finds the queue stopped.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    who, why = person(), said_or_not(why)
    return _stop(data, "stop", "stopped", lambda state: hands.stop(state, who, why))


@app.command
def abort(*, why: str = "", data: Path | None = None) -> int:
    """Break the running recipe off at once, close mirror cover and dome slit, park, and stop the queue.

    The exposure is aborted, and the recipe goes back to the pool with what is done. Nothing opens until
    `tomoe queue start`. Exit code 1 when somebody has aborted already, who is named; also when the log can't
    be written, as on a full disk whose reserve is used up: it is recorded later, and `tomoe emergency` acts.

    Parameters
    ----------
    why
        For everybody who finds the queue stopped.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    who, why = person(), said_or_not(why)
    return _stop(data, "abort", "abort asked for", lambda state: hands.abort(state, who, why))


@app.command
def start(*, why: str = "", take_over: bool = False, data: Path | None = None) -> int:
    """Go on with a queue that was stopped, and allow the dome to open again.

    Exit code 1 when it runs, or when somebody else has stopped it, who is named.

    Parameters
    ----------
    why
        For the log.
    take_over
        Start it also when somebody else has stopped it.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder, who, why = data_folder(data), person(), said_or_not(why)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        before = running_night.hands(log)
        position = running_night.say(
            log,
            "queue",
            lambda state: hands.start(state, who, why, take_over=take_over),
            "tomoe queue start",
        )
    return _tell_done("started", before, position)


def _stop(data: Path | None, command: str, done: str, decide: Callable[[Control], Event]) -> int:
    folder = data_folder(data)
    said = safety_word.say(folder, "queue", decide, f"tomoe queue {command}")
    tell_when_silent(folder.run, said.before, said.position)
    return _tell_done(done, said.before, said.position)


def _tell_done(done: str, before: Control, position: int) -> int:
    if before.hand is not None:
        sys.stdout.write(f"before: {hands.hand_shows(before.hand)}\n")
    sys.stdout.write(f"{done} by {person()} (event {position})\n")
    return 0

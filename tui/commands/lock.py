"""`tomoe lock`: nothing moves while the telescope is locked."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from cyclopts import App

from adapters.telescope_line.lock_word import tell_lock
from adapters.telescope_line.messages import Lock
from tomoe_es.control import hands
from tomoe_es.log import open_log
from tui import running_night, safety_word
from tui.data_folder import DataFolder, data_folder
from tui.person import person
from tui.said import said
from tui.silent_night import tell_when_silent

app = App(name="lock", help="Forbid or allow that the telescope moves.")

STREAM = "telescope_lock"


@app.command(name="set")
def set_lock(*, why: str, data: Path | None = None) -> int:
    """Lock the telescope: what moves is told to stop, and the running recipe goes back to the pool.

    Only closing of dome slit and mirror cover stays allowed. Also by day, when no night runs. The telescope's
    process is told too, before the log is, so that the lock holds for emergency and guardian while the night
    hangs; that it could not be told, and that the night does not answer, is said. The lock of a recipe, or of
    the night's own work, is taken over. Exit code 1 when a person has locked it already: who, when and why is
    printed, and nothing is changed; also when the log can't be written, as on a full disk whose reserve is
    used up: the lock is set as soon as it can.

    Parameters
    ----------
    why
        For everybody who finds the telescope locked.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder, who, why = data_folder(data), person(), said(why)
    recorded = safety_word.say(
        folder,
        STREAM,
        lambda state: hands.set_lock(state, who, why),
        "tomoe lock set",
        by_day=True,
        beforehand=lambda: tell_lock(folder.run, Lock(True, who, why)),
        afterwards=lambda position: _tell_telescope(folder, Lock(True, who, why, position)),
    )
    tell_when_silent(folder.run, recorded.before, recorded.position)
    sys.stdout.write(f"locked by {who}: {why} (event {recorded.position})\n")
    return 0


@app.command
def release(*, why: str, take_over: bool = False, data: Path | None = None) -> int:
    """Allow that the telescope moves again.

    Exit code 1 when it is not locked, or when somebody else has locked it, who is named.

    Parameters
    ----------
    why
        For the log.
    take_over
        Release also the lock of somebody else: make sure that nobody is in the dome.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder, who, why = data_folder(data), person(), said(why)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        position = running_night.say(
            log,
            STREAM,
            lambda state: hands.release_lock(state, who, why, take_over=take_over),
            "tomoe lock release",
            by_day=True,
        )
    _tell_telescope(folder, Lock(False, who, why, position))
    sys.stdout.write(f"released by {who}: {why} (event {position})\n")
    return 0


def _tell_telescope(folder: DataFolder, lock: Lock) -> None:
    """Where there is a telescope, it knows at once, whether the night hears of it or not."""
    trouble = tell_lock(folder.run, lock)
    if trouble:
        sys.stderr.write(f"the telescope could not be told, so only the night can: {trouble}\n")


@app.command
def show(*, data: Path | None = None) -> int:
    """Say who has locked the telescope, why and since when.

    Parameters
    ----------
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        sys.stdout.write(f"{hands.lock_shows(running_night.hands(log))}\n")
    return 0

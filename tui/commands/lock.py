"""`tomoe lock`: nothing moves while the telescope is locked."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from cyclopts import App

from adapters.telescope_line.lock_word import held_lock, tell_lock
from adapters.telescope_line.messages import Lock
from adapters.untold import read_untold
from tomoe_es.control import hands
from tomoe_es.errors import TomoeError
from tomoe_es.events.telescope import TelescopeLockSet
from tomoe_es.log import open_log
from tui import running_night, safety_word
from tui.data_folder import DataFolder, data_folder
from tui.person import person
from tui.said import said
from tui.silent_night import tell_when_silent

app = App(name="lock", help="Forbid or allow that the telescope moves.")

STREAM = "telescope_lock"


class LockNotRecordedYet(TomoeError):
    """A lock can't be released before the log holds it."""

    what_to_do = "give the command again when `tomoe lock show` tells of it"


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
    telescope = _Telescope(folder)
    recorded = safety_word.say(
        folder,
        STREAM,
        lambda state: hands.set_lock(state, who, why),
        "tomoe lock set",
        by_day=True,
        beforehand=lambda: telescope.tell(Lock(True, who, why)),
        afterwards=lambda position: telescope.tell(Lock(True, who, why, position)),
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
    try:
        with closing(open_log(folder.log_url)) as log:
            position = running_night.say(
                log,
                STREAM,
                lambda state: hands.release_lock(state, who, why, take_over=take_over),
                "tomoe lock release",
                by_day=True,
            )
    except hands.LockNotSet:
        return _release_what_only_the_telescope_holds(folder, who, why, take_over=take_over)
    _Telescope(folder).tell(Lock(False, who, why, position))
    sys.stdout.write(f"released by {who}: {why} (event {position})\n")
    return 0


def _release_what_only_the_telescope_holds(folder: DataFolder, who: str, why: str, *, take_over: bool) -> int:
    """Whoever was setting it was killed before it was in the log."""
    held = held_lock(folder.run)
    if held is None:
        raise hands.LockNotSet("the telescope is not locked: nothing to release")
    holder, reason = held
    if any(isinstance(each.event, TelescopeLockSet) for each in read_untold(folder.run)):
        raise LockNotRecordedYet(
            f"the lock of {holder} ({reason}) waits to be recorded: give the command again when "
            "'tomoe lock show' tells of it; the guardian, or the next night, records it"
        )
    if holder != who and not take_over:
        raise hands.LockInOtherHands(
            f"{holder} locked the telescope ({reason}), which is not in the log; make sure that nobody is in "
            f"the dome, talk to {holder}, or release it nevertheless with 'tomoe lock release --take-over'"
        )
    _Telescope(folder).tell(Lock(False, who, why))
    sys.stdout.write(f"released by {who}: {why} (only the telescope held it, by {holder}: {reason})\n")
    return 0


class _Telescope:
    """Where there is one, it knows at once, whether the night hears of it or not."""

    def __init__(self, folder: DataFolder) -> None:
        self._run, self._said = folder.run, ""

    def tell(self, lock: Lock) -> None:
        """Tell it; what hinders that is said once."""
        trouble = tell_lock(self._run, lock)
        if trouble and trouble != self._said:
            sys.stderr.write(f"the telescope could not be told, so only the night can: {trouble}\n")
        self._said = trouble


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

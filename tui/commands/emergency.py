"""`tomoe emergency`: close and park now, over a line of its own, waiting for nothing.

What is imported here before the first command is what that command has to wait for: no log, no night, no sky.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from adapters.emergency import ACTOR, Emergency
from adapters.telescope_line.line import Line, NoTelescope, SocketLine, TelescopeRefused
from adapters.telescope_line.messages import Happening
from tui.data_folder import DataFolder, data_folder
from tui.person import person
from tui.terminal import shown

LOOK_SECONDS = 0.1
LOG_SECONDS = 5.0
"""So long the log may take, before it is left to others to tell it."""


def emergency(*, why: str = "", data: Path | None = None, limit_seconds: float = 300.0) -> int:
    """Close mirror cover and dome slit, stop and park the mount: at once, whatever else hangs or is dead.

    Goes on until the sensors say that it is done, also over a new line when one breaks, and when the terminal
    is gone. When another emergency takes over, this one looks on. Exit code 0: safe; 1: not safe within the
    limit, with what is not. While the telescope is locked the mount is stopped, but not parked.

    Parameters
    ----------
    why
        What has happened, for the log.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    limit_seconds
        How long it is tried, in real time.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    folder, why = data_folder(data), shown(why.strip()) or "a person asked for it"  # odd words are no refusal

    def connect() -> Line:
        return SocketLine(folder.run, ACTOR)

    made = Emergency(connect(), person(), why)
    _say(f"told to close and park: {why}")
    try:
        trouble = until_safe(made, connect, limit_seconds)
        made.end(trouble)
    finally:  # also when it is broken off, or the telescope goes away
        _tell_log(folder, made.to_tell)
    if trouble:
        _say("NOT SAFE: " + "; ".join(trouble))
    else:
        parked = "" if made.left_alone else " and parked"
        _say(f"safe after {made.seconds:.0f} s: the sensors say closed{parked}")
    if made.left_alone:
        _say(made.left_alone)
    return 1 if trouble else 0


def until_safe(made: Emergency, connect: Callable[[], Line], limit_seconds: float) -> list[str]:
    """Look until it is safe, or the limit is over; what is not safe then.

    A broken line is no end: charge is taken again over a new one.
    """
    began = time.monotonic()
    told: list[str] = []
    broken = looks_on = False
    while True:
        try:
            if broken:
                made.go_on_over(connect())
                broken = False
            trouble = made.look()
        except (NoTelescope, TelescopeRefused) as error:
            broken, trouble = True, [str(error)]
        if made.taken_over and not looks_on:
            _say("another emergency has taken over: it commands, and this one looks on")
        looks_on = made.taken_over
        if not trouble or time.monotonic() - began > limit_seconds:
            return trouble
        if trouble != told:
            _say("not yet: " + "; ".join(trouble))
            told = trouble
        time.sleep(LOOK_SECONDS)


def _tell_log(folder: DataFolder, happened: list[Happening]) -> None:
    """Keep what there is to tell on the disk; append it too, unless the log takes its time."""
    from threading import Thread

    from adapters.untold import Untold
    from adapters.untold_reserve import Keeper

    untold = [Untold(each.event, each.at_us, each.actor, each.command_id) for each in happened]
    try:
        Keeper(folder.run).keep(untold)
    except OSError as error:
        _say(f"this can't be kept for the log: {error}")
        return
    teller = Thread(target=_append, args=(folder,), daemon=True)
    teller.start()
    teller.join(LOG_SECONDS)
    if teller.is_alive():
        _say("the log can't be written just now: the guardian, or the next night, tells it")


def _append(folder: DataFolder) -> None:
    from adapters.untold import tell
    from tomoe_es.errors import LogError
    from tomoe_es.log import open_log

    try:
        log = open_log(folder.log_url)
        tell(folder.run, log)
        log.close()
    except LogError as error:
        _say(f"the log can't be written just now ({error}): the guardian, or the next night, tells it")


def _say(text: str) -> None:
    """Say it to whoever is still there: a screen or terminal that is gone never ends an emergency."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        from tui.cli_errors import discard_output

        discard_output()

"""A night that its process has left unfinished: what the log and the signs of life say of it."""

from __future__ import annotations

from contextlib import ExitStack, closing, suppress

import msgspec

from adapters.sign_of_life import read_signs
from adapters.untold import read_untold, tell, waiting
from projections.overview import read_overview
from projections.overview_model import DeadNight, Overview
from projections.projector import Projector
from tomoe_es.errors import DataFolderInUse, TomoeError
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.safety.guardian import NAME as GUARDIAN
from tomoe_es.safety.silence import EXECUTOR
from tui.data_folder import DataFolder
from tui.made_safe import MadeSafe, made_safe
from tui.silent_night import is_there, lives


def read_night(folder: DataFolder) -> Overview:
    """The night as it is: as projected while its process lives, else with what others did since.

    Raises as `projections.overview.read_overview`.
    """
    overview = read_overview(folder.projections)
    if _runs(folder):
        return overview
    dead = is_dead(folder, overview)
    made = MadeSafe()
    with ExitStack() as stack:
        log = _opened(folder, stack)
        with suppress(TomoeError, OSError):
            # What can't be read or written, such as somebody else's folder, leaves what was projected.
            if log is not None and dead:
                tell(folder.run, log)  # what guardian or emergency could not, such as on a disk that was full
        with suppress(TomoeError, OSError):
            if log is not None and log.head() > overview.position and _project(log, folder):
                overview = read_overview(folder.projections)
        if dead:
            made = _made_safe(folder, log)
    return msgspec.structs.replace(overview, dead=_dead(folder, made)) if dead else overview


def _made_safe(folder: DataFolder, log: EventLog | None) -> MadeSafe:
    """By the log, or, where a full disk keeps it from being read, by what waits for it."""
    try:
        return made_safe(log, read_untold(folder.run))
    except (TomoeError, OSError):
        return made_safe(None, read_untold(folder.run))


def _runs(folder: DataFolder) -> bool:
    """Tell whether a night's process lives, or begins, which has all of its log projected."""
    sign = read_signs(folder.run).get(EXECUTOR)
    if sign is None:
        return False
    return (lives(sign) and not sign.ended) or _another_begins(folder, sign.pid)


def _opened(folder: DataFolder, stack: ExitStack) -> EventLog | None:
    try:
        return stack.enter_context(closing(open_log(folder.log_url)))
    except (TomoeError, OSError):
        return None


def is_dead(folder: DataFolder, overview: Overview) -> bool:
    """Tell whether the night has not ended, and its process does not live; without any sign nobody knows."""
    begun = bool(overview.night.night) and overview.night.phase not in NIGHT_OVER
    sign = read_signs(folder.run).get(EXECUTOR)
    return begun and sign is not None and not lives(sign) and not _another_begins(folder, sign.pid)


def _another_begins(folder: DataFolder, pid: int) -> bool:
    """Tell whether a night that is being resumed holds the folder, and has given no sign yet."""
    holder = folder.holder()
    return holder not in (None, pid) and is_there(holder or 0)


def _project(log: EventLog, folder: DataFolder) -> bool:
    with suppress(DataFolderInUse), Projector(log, folder.projections) as projector:
        projector.catch_up()
        return True
    return False


def _dead(folder: DataFolder, made: MadeSafe) -> DeadNight:
    signs = read_signs(folder.run)
    sign = signs[EXECUTOR]
    guardian = signs.get(GUARDIAN)
    telescope = made.said
    if not telescope:
        watched = guardian is not None and lives(guardian)
        telescope = (
            "not made safe yet: the guardian does it 10 s after the last sign of life"
            if watched
            else "NOBODY HAS MADE IT SAFE, and no guardian lives: use tomoe emergency"
        )
    if made.not_safe:
        telescope += f" ({', '.join(made.not_safe)})"
    if waiting(folder.run):
        telescope += "; what was done waits in run/untold/ for the log"
    return DeadNight(
        pid=sign.pid,
        gone=not is_there(sign.pid),
        since_us=sign.wall_us,
        telescope=telescope,
        go_on=f"tomoe night --resume --data {folder.top}",
    )

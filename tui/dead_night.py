"""A night that its process has left unfinished: what the log and the signs of life say of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress

import msgspec

from adapters.sign_of_life import read_signs
from adapters.untold import tell, waiting
from projections.overview import read_overview
from projections.overview_model import DeadNight, Overview
from projections.projector import Projector
from tomoe_es.errors import DataFolderInUse, TomoeError
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.events.system import NIGHT_OVER, ProcessStarted
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.safety.guardian import NAME as GUARDIAN
from tomoe_es.safety.silence import EXECUTOR
from tui.data_folder import DataFolder
from tui.silent_night import is_there, lives

_TOLD = ("ProcessStarted", "MakingSafeBegun", "TelescopeMadeSafe", "MakingSafeOverdue")


def read_night(folder: DataFolder) -> Overview:
    """The night as it is: as projected, and when its process is dead with what others did since.

    Raises as `projections.overview.read_overview`.
    """
    overview = read_overview(folder.projections)
    if not is_dead(folder, overview):
        return overview
    made_safe = ""
    with suppress(TomoeError, OSError), closing(open_log(folder.log_url)) as log:
        # What can't be read or written, such as somebody else's folder, leaves what was projected.
        with suppress(TomoeError, OSError):
            tell(folder.run, log)  # what guardian or emergency could not, such as on a disk that was full
        made_safe = _made_safe(log.read(types=_TOLD))
        if log.head() > overview.position and _project(log, folder):
            overview = read_overview(folder.projections)
    return msgspec.structs.replace(overview, dead=_dead(folder, made_safe))


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


def _dead(folder: DataFolder, made_safe: str) -> DeadNight:
    signs = read_signs(folder.run)
    sign = signs[EXECUTOR]
    guardian = signs.get(GUARDIAN)
    if not made_safe:
        watched = guardian is not None and lives(guardian)
        made_safe = (
            "not made safe yet: the guardian does it 10 s after the last sign of life"
            if watched
            else "NOBODY HAS MADE IT SAFE, and no guardian lives: use tomoe emergency"
        )
    if waiting(folder.run):
        made_safe += "; what was done waits in run/untold/ for the log"
    return DeadNight(
        pid=sign.pid,
        gone=not is_there(sign.pid),
        since_us=sign.wall_us,
        telescope=made_safe,
        go_on=f"tomoe night --resume --data {folder.top}",
    )


def _made_safe(events: Iterable[Recorded]) -> str:
    """What guardian or emergency did since the night's process began; empty when nothing."""
    said = ""
    for recorded in events:
        match recorded.payload:
            case ProcessStarted(process=process) if process == EXECUTOR:
                said = ""
            case MakingSafeBegun() as begun:
                said = f"the {begun.by} makes it safe: {', '.join(begun.reasons)}"
            case TelescopeMadeSafe() as made:
                said = f"made safe by the {made.by}: the sensors say so"
            case MakingSafeOverdue() as overdue:
                said = f"NOT SAFE, says the {overdue.by}: {'; '.join(overdue.not_safe)}"
            case _:
                pass
    return said

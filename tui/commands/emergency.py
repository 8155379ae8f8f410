"""`tomoe emergency`: close and park now, over a line of its own, waiting for nothing.

What is imported here before the first command is what that command has to wait for: no log, no night, no sky.
"""

from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path

from adapters.telescope_line import messages
from adapters.telescope_line.line import SocketLine
from adapters.telescope_line.messages import Happening
from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.safety import making_safe
from tui.data_folder import DataFolder, data_folder
from tui.person import person

ACTOR = "emergency"
LOOK_SECONDS = 0.1
LOG_SECONDS = 5.0
"""So long the log may take, before it is left to others to tell it."""


def emergency(*, why: str = "", data: Path | None = None, limit_seconds: float = 300.0) -> int:
    """Close mirror cover and dome slit, stop and park the mount: at once, whatever else hangs or is dead.

    Goes on until the sensors say that it is done. Exit code 0: safe; 1: not safe within the limit, with what
    is not. While the telescope is locked the mount is stopped, but not parked.

    Parameters
    ----------
    why
        What has happened, for the log.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    limit_seconds
        How long it is tried, in real time.
    """
    folder = data_folder(data)
    made = _Emergency(SocketLine(folder.run, ACTOR), why or "a person asked for it")
    try:
        safe = made.run(limit_seconds)
    finally:  # also when it is broken off, or the telescope goes away
        _tell_log(folder, made.to_tell)
    return 0 if safe else 1


class _Emergency:
    def __init__(self, line: SocketLine, why: str) -> None:
        self._line, self._identity = line, f"emergency {uuid.uuid4()}"
        self._seen = Hardware()
        self.to_tell: list[Happening] = []
        taken = self._take_charge(why)
        self._making = making_safe.begin([why], taken.now_us)

    def run(self, limit_seconds: float) -> bool:
        """Command and look until it is safe; False when it is not within the limit."""
        began = time.monotonic()
        told: list[str] = []
        now_us = self._making.begun_us
        while True:
            commands = making_safe.next_commands(self._making, self._seen, now_us)
            reply = self._ask(messages.Act(commands) if commands else messages.Poll())
            if self._making.attempts == 1 and commands:
                _say(f"closing and parking: {self._making.reasons[0]}")
            now_us = reply.now_us
            trouble = making_safe.not_safe(self._making, self._seen)
            if not trouble or time.monotonic() - began > limit_seconds:
                return self._end(trouble, now_us)
            if trouble != told:
                _say("not yet: " + "; ".join(trouble))
                told = trouble
            time.sleep(LOOK_SECONDS)

    def _end(self, trouble: list[str], now_us: int) -> bool:
        making, left_alone = self._making, making_safe.left_alone(self._seen)
        seconds = (now_us - making.begun_us) / SECOND
        event: Event
        if trouble:
            event = MakingSafeOverdue(by="emergency", not_safe=trouble, attempts=making.attempts)
            _say("NOT SAFE: " + "; ".join(trouble))
        else:
            event = TelescopeMadeSafe(by="emergency", seconds=seconds, attempts=making.attempts)
            _say(
                f"safe after {seconds:.0f} s: its sensors say closed" + ("" if left_alone else " and parked")
            )
        if left_alone:
            _say(left_alone)
        self.to_tell.append(Happening(now_us, event, ACTOR, command_id=f"{self._identity} ended"))
        self._ask(messages.Release())
        self._line.close()
        return not trouble

    def _take_charge(self, why: str) -> messages.Reply:
        """Take over, also from the guardian, which does the same."""
        return self._ask(messages.TakeCharge(self._identity, "emergency", person(), [why]))

    def _ask(self, request: messages.AnyRequest) -> messages.Reply:
        reply = self._line.ask(request)
        for happening in reply.happened:
            event = happening.event
            if happening.command_id.startswith(self._identity):
                self.to_tell.append(happening)
            if type(event) in hardware.EVENT_TYPES:
                recorded = Recorded(0, event.stream(), 0, happening.at_us, 0, 0, 0, "", event)
                self._seen = hardware.evolve(self._seen, recorded)
        self._seen.locked = reply.locked_by is not None
        self._seen.locked_by, self._seen.locked_why = reply.locked_by or "", reply.locked_why
        return reply


def _tell_log(folder: DataFolder, happened: list[Happening]) -> None:
    """Keep what there is to tell on the disk; append it too, unless the log takes its time."""
    from threading import Thread

    from adapters.untold import Untold, keep_untold

    untold = [Untold(each.event, each.at_us, each.actor, each.command_id) for each in happened]
    keep_untold(folder.run, untold)
    teller = Thread(target=_append, args=(folder,), daemon=True)
    teller.start()
    teller.join(LOG_SECONDS)
    if teller.is_alive():
        _say("the log can't be written just now: it is told by the guardian, or by the next night")


def _append(folder: DataFolder) -> None:
    from adapters.untold import tell
    from tomoe_es.errors import LogError
    from tomoe_es.log import open_log

    try:
        log = open_log(folder.log_url)
        tell(folder.run, log)
        log.close()
    except LogError as error:
        _say(f"the log can't be written: {error}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

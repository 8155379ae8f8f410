"""An emergency over a line of its own. The first command waits for what is imported here: it is little."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Final

from adapters.telescope_line import messages
from adapters.telescope_line.line import Line, NoTelescope, TelescopeRefused
from adapters.telescope_line.messages import Happening, Reply
from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.safety import making_safe

ACTOR: Final = "emergency"


class Emergency:
    """Takes charge, also from the guardian, and commands at once; then `look` is called until it is safe.

    When another emergency takes over, that one commands, and this one looks on.
    """

    def __init__(self, line: Line, who: str, why: str) -> None:
        self._line, self._identity = line, f"{ACTOR} {uuid.uuid4()}"
        self._who, self._why, self._returns = who, why, 0
        self.taken_over = False
        self._seen = Hardware()
        self.to_tell: list[Happening] = []
        taken = self._ask(messages.TakeCharge(self._identity, ACTOR, who, [why]))
        self._making, self._now_us = making_safe.begin([why], taken.now_us), taken.now_us
        self.look()

    @property
    def seconds(self) -> float:
        """How long it has lasted, in the telescope's time."""
        return (self._now_us - self._making.begun_us) / SECOND

    @property
    def left_alone(self) -> str:
        """What is not touched because the telescope is locked, for people."""
        return making_safe.left_alone(self._seen)

    def look(self) -> list[str]:
        """Command what is due, and say what is not safe yet; empty when the sensors say that all is."""
        if self.taken_over:
            reply = self._ask(messages.Poll())
            not_safe = making_safe.not_safe(self._making, self._seen)
            if not_safe and not reply.in_charge:  # the other one has gone before it was safe
                self._take_charge_again()
            self._now_us = reply.now_us
            return not_safe
        commands = making_safe.next_commands(self._making, self._seen, self._now_us)
        try:
            reply = self._ask(messages.Act(commands) if commands else messages.Poll())
        except TelescopeRefused as refused:
            reply = refused.reply
            if reply.in_charge != ACTOR:
                raise
            self.taken_over = True
        self._now_us = reply.now_us
        return making_safe.not_safe(self._making, self._seen)

    def go_on_over(self, line: Line) -> None:
        """Take charge again over a new line, when the one before is broken."""
        self._line.close()
        self._line = line
        self._take_charge_again()

    def _take_charge_again(self) -> None:
        self._returns += 1  # the telescope counts its commands anew: each needs a command id of its own
        identity = f"{self._identity} again {self._returns}"
        self._now_us = self._ask(messages.TakeCharge(identity, ACTOR, self._who, [self._why])).now_us
        self.taken_over = False

    def end(self, not_safe: list[str]) -> None:
        """No longer in charge; what is not safe stays so."""
        attempts = self._making.attempts
        event: Event = TelescopeMadeSafe(by=ACTOR, seconds=self.seconds, attempts=attempts)
        if not_safe:
            event = MakingSafeOverdue(by=ACTOR, not_safe=not_safe, attempts=attempts)
        self.to_tell.append(Happening(self._now_us, event, ACTOR, command_id=f"{self._identity} ended"))
        with suppress(NoTelescope, TelescopeRefused):  # a broken line, or another one in charge, releases it
            self._ask(messages.Release())
        self._line.close()

    def _ask(self, request: messages.AnyRequest) -> Reply:
        try:
            reply = self._line.ask(request)
        except TelescopeRefused as refused:
            self._take_in(refused.reply)  # what has happened is told all the same, and only once
            raise
        self._take_in(reply)
        return reply

    def _take_in(self, reply: Reply) -> None:
        self.to_tell += reply.unheard
        for happening in reply.happened:
            event = happening.event
            if happening.command_id.startswith(self._identity):
                self.to_tell.append(happening)
            elif isinstance(event, MakingSafeBegun) and event.by == ACTOR:
                self.taken_over = True
            if type(event) in hardware.EVENT_TYPES:
                recorded = Recorded(0, event.stream(), 0, happening.at_us, 0, 0, 0, "", event)
                self._seen = hardware.evolve(self._seen, recorded)
        self._seen.locked = reply.locked_by is not None
        self._seen.locked_by, self._seen.locked_why = reply.locked_by or "", reply.locked_why

"""An emergency over a line of its own. The first command waits for what is imported here: it is little."""

from __future__ import annotations

import uuid
from typing import Final

from adapters.telescope_line import messages
from adapters.telescope_line.line import Line
from adapters.telescope_line.messages import Happening, Reply
from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.safety import making_safe

ACTOR: Final = "emergency"


class Emergency:
    """Takes charge, also from the guardian, and commands at once; then `look` is called until it is safe."""

    def __init__(self, line: Line, who: str, why: str) -> None:
        self._line, self._identity = line, f"{ACTOR} {uuid.uuid4()}"
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
        commands = making_safe.next_commands(self._making, self._seen, self._now_us)
        self._now_us = self._ask(messages.Act(commands) if commands else messages.Poll()).now_us
        return making_safe.not_safe(self._making, self._seen)

    def end(self, not_safe: list[str]) -> None:
        """No longer in charge; what is not safe stays so."""
        attempts = self._making.attempts
        event: Event = TelescopeMadeSafe(by=ACTOR, seconds=self.seconds, attempts=attempts)
        if not_safe:
            event = MakingSafeOverdue(by=ACTOR, not_safe=not_safe, attempts=attempts)
        self.to_tell.append(Happening(self._now_us, event, ACTOR, command_id=f"{self._identity} ended"))
        self._ask(messages.Release())
        self._line.close()

    def _ask(self, request: messages.AnyRequest) -> Reply:
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

"""What a way to people offers."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tomoe_es.events.monitor import Severity


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one attempt to deliver. Its message holds no secret."""

    delivered: bool
    message: str = ""
    retry: bool = True
    perhaps_delivered: bool = False  # it was sent, and no answer came


DELIVERED = Outcome(delivered=True)


class Channel(Protocol):
    """Delivers texts; called in a thread of its own, may block, raises nothing."""

    @property
    def name(self) -> str:
        """Under which its attempts are in the log."""

    def send(self, text: str, severity: Severity) -> Outcome:
        """Deliver one text."""

"""Events of the observation queue as a whole."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event


class QueueEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the one observation queue."""

    def stream(self) -> str:
        return "queue"


class QueueStarted(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor takes recipes from the queue."""

    reason: str
    who: str = ""  # empty: the night itself, at its beginning
    taken_over_from: str = ""  # who had stopped it, when that was somebody else


class QueuePaused(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor finishes the current recipe, if it was not interrupted, and takes no further one."""

    reason: str
    who: str = ""  # whose hand is on the queue
    how: Literal["stop", "abort", "emergency"] = "stop"


class ObservingSuspended(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Observing stopped because conditions are not fit; queue and pool wait."""

    reasons: list[str]
    danger: bool = False  # True: the running recipe is interrupted, slit and cover close


class ObservingResumed(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Conditions have been fit for long enough; observing goes on."""

    reason: str


class ReopeningsUsedUp(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Danger has closed the dome so often tonight that it opens again only when a person starts the queue."""

    closings: int


class QueueAbortRequested(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The running recipe is to be broken off at once, and the telescope closed and parked."""

    who: str
    why: str

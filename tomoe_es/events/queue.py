"""Events of the observation queue as a whole."""

from __future__ import annotations

from tomoe_es.events.base import Event


class QueueEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the one observation queue."""

    def stream(self) -> str:
        return "queue"


class QueueStarted(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor takes recipes from the queue."""

    reason: str


class QueuePaused(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor finishes the current recipe and takes no further one."""

    reason: str


class ObservingSuspended(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Observing stopped because conditions are not fit; queue and pool wait."""

    reasons: list[str]


class ObservingResumed(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Conditions have been fit for long enough; observing goes on."""

    reason: str


class QueueAbortRequested(QueueEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The running recipe is to be broken off at once, and the telescope closed and parked."""

    who: str
    why: str

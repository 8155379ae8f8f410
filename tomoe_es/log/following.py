"""A subscription that follows positions: a wake-up is a hint, the position is the truth."""

from __future__ import annotations

import time
from itertools import islice
from threading import Condition
from typing import Protocol

from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import EventLog


class WakeUp(Protocol):
    """Something that may tell of new events."""

    def wait(self, timeout_seconds: float) -> None:
        """Return when there may be new events, or when the time ran out."""


class LocalWakeUp:
    """Woken by appends of this process at once; by those of others through a look every few milliseconds."""

    LOOK_SECONDS = 0.005

    def __init__(self) -> None:
        self._appended = Condition()
        self._waiting = 0

    def notify(self) -> None:
        """Wake whoever waits; who begins to wait at this moment looks again soon."""
        if self._waiting:
            with self._appended:
                self._appended.notify_all()

    def wait(self, timeout_seconds: float) -> None:
        """Return at the next append of this process, or after the time, at most LOOK_SECONDS."""
        with self._appended:
            self._waiting += 1
            try:
                self._appended.wait(min(timeout_seconds, self.LOOK_SECONDS))
            finally:
                self._waiting -= 1


class PositionSubscription:
    """Events after a position, none skipped and none twice."""

    def __init__(self, log: EventLog, after: int, wake_up: WakeUp) -> None:
        self._log = log
        self._after = after
        self._wake_up = wake_up

    def poll(self, limit: int = 10_000) -> list[Recorded]:
        """Return the next events that are in the log already, at most `limit`."""
        head = self._log.head()
        if head <= self._after:
            return []
        events = list(islice(self._log.read(self._after, min(head, self._after + limit)), limit))
        if events:
            self._after = events[-1].position
        return events

    def wait(self, timeout_seconds: float) -> bool:
        """Wait in real time until there is more to poll; False when the time ran out."""
        deadline = time.monotonic() + timeout_seconds
        while self._log.head() <= self._after:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._wake_up.wait(left)
        return True

    def close(self) -> None:
        """Nothing is held between calls."""

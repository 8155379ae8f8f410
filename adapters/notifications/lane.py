"""One channel's thread: a send that blocks holds up neither the log nor another channel."""

from __future__ import annotations

import time
from queue import Queue
from threading import Event, Thread

from adapters.notifications.channel import Channel, Outcome
from tomoe_es.events.monitor import Severity
from tomoe_es.notification.state import Queued

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0


class Lane:
    """Sends one text at a time; after a failure it pauses, ever longer, until one succeeds."""

    def __init__(self, channel: Channel, first_pause_seconds: float = FIRST_PAUSE_SECONDS) -> None:
        self.channel = channel
        self.sending: tuple[Queued, int] | None = None  # the notification and its attempt
        self._texts: Queue[tuple[str, Severity]] = Queue()
        self._outcome: Outcome | None = None
        self._done = Event()
        self._first_pause, self._pause, self._not_before = first_pause_seconds, first_pause_seconds, 0.0
        Thread(target=self._work, name=f"notify by {channel.name}", daemon=True).start()

    @property
    def free(self) -> bool:
        """Whether another text may be sent now."""
        return self.sending is None and time.monotonic() >= self._not_before

    def send(self, queued: Queued, attempt: int, text: str) -> None:
        """Begin to send."""
        self.sending = (queued, attempt)
        self._done.clear()
        self._texts.put((text, queued.severity))

    def outcome(self) -> Outcome | None:
        """The outcome, once it is there; it stays until it is settled."""
        return self._outcome if self.sending is not None and self._done.is_set() else None

    def settle(self, outcome: Outcome) -> None:
        """The outcome is recorded: the lane may be free again."""
        self.sending = None
        if outcome.delivered:
            self._pause = self._first_pause
        else:
            self._not_before = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _work(self) -> None:
        while True:
            text, severity = self._texts.get()
            self._outcome = self.channel.send(text, severity)
            self._done.set()

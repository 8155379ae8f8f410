"""Follows the log and tells people: queues what is due, has the channels deliver it, records each step.

Every step is in the log before the next one is taken, and the log alone says what is left to do. So a
notifier that was killed goes on where it was; only of an attempt whose outcome is not in the log it can't
know whether it arrived: that text is sent again, marked as a possible repeat (`docs/decisions/036`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from adapters.notifications.channel import Channel
from adapters.notifications.lane import FIRST_PAUSE_SECONDS, Lane
from tomoe_es.clock import SECOND
from tomoe_es.errors import LogError
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.notification import (
    NotificationAttempted,
    NotificationDelivered,
    NotificationDeliveryFailed,
)
from tomoe_es.log.port import EventLog
from tomoe_es.notification import deciding, evolution

ACTOR = "notifier"
LOOK_SECONDS = 0.05
"""Between two looks at the log: part of the second within which a violation is told."""
CLOSE_SECONDS = 10.0
"""So long it is tried, at the end of the night, to deliver what is left; the rest stays in the log."""
LOG_FAILED = (
    "*** CRITICAL *** The log can't be read or written, so that nothing else can be told: {}. "
    "To do: look whether the telescope is safe, then at the disk of the data folder"
)


class Stopped(Protocol):
    """An event of `threading` or `multiprocessing`, or a line that is closed."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is set, at the latest after a time."""


class Notifier:
    """One log, any number of channels; not to be called from several threads."""

    def __init__(
        self,
        log: EventLog,
        channels: Sequence[Channel],
        *,
        last_checkpoint: Callable[[], str] = str,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`last_checkpoint` gives the log's last signed note, empty when there is none; may raise OSError."""
        self._log, self._last_checkpoint = log, last_checkpoint
        self._state = evolution.initial()
        self._lanes = [Lane(channel, first_pause_seconds) for channel in channels]
        self._newest_us, self._read_at = 0, time.monotonic()
        self._subscription = log.subscribe(after=self._catch_up())

    def run(self, stopped: Stopped) -> None:
        """Tell people until `stopped` is set, and then what is still left."""
        failed = False
        while not stopped.wait(LOOK_SECONDS):
            try:
                self.step()
                failed = False
            except LogError as error:
                if not failed:
                    self._tell_without_log(error)
                failed = True
        self.finish()

    def step(self) -> bool:
        """Take in what is new, queue what is due, begin and end deliveries; False when nothing is left."""
        self._take_in()
        self._queue(ending=False)
        for lane in self._lanes:
            self._end(lane)
            self._begin(lane)
        return self._is_busy()

    def finish(self, limit_seconds: float = CLOSE_SECONDS) -> None:
        """Tell what is left, nothing waits for the end of its burst; what can't be delivered stays queued."""
        until = time.monotonic() + limit_seconds
        self._take_in()
        while self._queue(ending=True):
            pass  # the first of a burst, then the rest of it
        while self.step() and time.monotonic() < until:
            time.sleep(LOOK_SECONDS / 5)

    def _catch_up(self) -> int:
        """Fold what is in the log already; return its last position."""
        head = self._log.head()
        planned = max(
            (each.position for each in self._log.read(until=head, types=("NightPlanned",))), default=0
        )
        for recorded in self._log.read(until=planned, types=evolution.TYPES - evolution.COUNTED_TYPES):
            self._take(recorded)
        for recorded in self._log.read(after=planned, until=head, types=evolution.TYPES):
            self._take(recorded)
        for newest in self._log.read(after=max(head - 1, 0), until=head):
            self._newest_us = newest.time
        return head

    def _take_in(self) -> None:
        while batch := self._subscription.poll():
            for recorded in batch:
                self._take(recorded)

    def _take(self, recorded: Recorded) -> None:
        evolution.evolve(self._state, recorded)
        if recorded.time > self._newest_us:
            self._newest_us, self._read_at = recorded.time, time.monotonic()

    def _now(self) -> int:
        """The time of the night: that of the newest event, and as long as nothing came since."""
        return self._newest_us + round((time.monotonic() - self._read_at) * SECOND)

    def _queue(self, *, ending: bool) -> bool:
        channels = [lane.channel.name for lane in self._lanes]
        checkpoint = self._checkpoint() if deciding.carries_checkpoint(self._state) else ""
        found = deciding.due(self._state, self._now(), channels, ending=ending, checkpoint=checkpoint)
        for queued in found:
            self._record(queued, command_id=f"queue notification {queued.notification_id}")
        self._take_in()
        return bool(found)

    def _checkpoint(self) -> str:
        try:
            return self._last_checkpoint()
        except OSError as error:
            return f"it can't be read: {error}\n"

    def _begin(self, lane: Lane) -> None:
        name = lane.channel.name
        queued = deciding.next_for(self._state, name) if lane.free else None
        if queued is None:
            return
        attempt, text = deciding.attempt_of(queued, name), deciding.text_for(queued, name)
        self._record(
            NotificationAttempted(notification_id=queued.notification_id, channel=name, attempt=attempt),
            cause=queued.position,
        )
        self._take_in()
        lane.send(queued, attempt, text)

    def _end(self, lane: Lane) -> None:
        sent, outcome = lane.sending, lane.outcome()
        if sent is None or outcome is None:
            return
        queued, attempt = sent
        event: Event
        if outcome.delivered:
            event = NotificationDelivered(
                notification_id=queued.notification_id, channel=lane.channel.name, attempt=attempt
            )
        else:
            event = NotificationDeliveryFailed(
                notification_id=queued.notification_id,
                channel=lane.channel.name,
                attempt=attempt,
                message=outcome.message,
                retry=outcome.retry and not deciding.is_given_up(queued, attempt, self._now()),
                perhaps_delivered=outcome.perhaps_delivered,
            )
        self._record(event, cause=queued.position)
        lane.settle(outcome)
        self._take_in()

    def _is_busy(self) -> bool:
        return any(
            lane.sending is not None or deciding.next_for(self._state, lane.channel.name) is not None
            for lane in self._lanes
        )

    def _record(self, event: Event, *, cause: int = 0, command_id: str | None = None) -> None:
        draft = Draft(event, self._now(), cause=cause, actor=ACTOR)
        self._log.append(event.stream(), [draft], command_id=command_id)

    def _tell_without_log(self, error: LogError) -> None:
        """The one thing that can't be queued in the log is that there is no log."""
        for lane in self._lanes:
            lane.channel.send(LOG_FAILED.format(error), "critical")

"""The events of a night that are still to come: those of its own process in order, the others' apart.

Guardian, emergency, notifier and commands append to the log as well, with times of their own. The night's
process takes in what they appended when it looks, at the latest before it appends something itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import CodeRegistered


class Coming:
    """Events that may be looked at before they are taken."""

    def __init__(self, events: Iterator[Recorded], deciders: Collection[str]) -> None:
        """`deciders`: actors that are only in the night's process, also before it says its code."""
        self._events, self._deciders = events, deciders
        self._seen: deque[Recorded] = deque()
        self.next = self._seen.popleft
        """Take the next one, which `first` has shown."""
        self.passed: deque[Recorded] = deque()  # what other processes appended, not taken yet
        self._code: int | None = None  # of the process that runs the night; None: it has not said so

    def first(self) -> Recorded | None:
        """The next one of the night's process; None at the end."""
        return self._seen[0] if self._seen or self._read() else None

    def peek(self, count: int) -> list[Recorded]:
        """The next ones of the night's process, as many as there are."""
        return list(self.ahead(count))

    def ahead(self, count: int) -> Iterator[Recorded]:
        """The same one after the other, read only as far as they are looked at."""
        seen = self._seen
        for index in range(count):
            if index == len(seen) and not self._read():
                return
            yield seen[index]

    def elsewhere(self, before: Recorded | None) -> list[Recorded]:
        """Take what other processes appended before an event; None: all."""
        found: list[Recorded] = []
        while self.passed and (before is None or self.passed[0].position < before.position):
            found.append(self.passed.popleft())
        return found

    def is_elsewhere(self, recorded: Recorded) -> bool:
        """Tell whether another process than the night's appended an event."""
        if self._code in (None, recorded.code) or recorded.actor in self._deciders:
            return False
        return not isinstance(recorded.payload, CodeRegistered)

    def _read(self) -> bool:
        """Read up to the next one of the night's process; False at the end."""
        for recorded in self._events:
            if recorded.code != self._code and self.is_elsewhere(recorded):
                self.passed.append(recorded)
                continue
            if type(recorded.payload) is CodeRegistered:
                self._code = recorded.position
            self._seen.append(recorded)
            return True
        return False

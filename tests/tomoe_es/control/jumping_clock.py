"""A clock for tests, which does not wait."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class JumpingClock:
    """Timers that go from alarm to alarm at once."""

    def __init__(self, start_us: int) -> None:
        self._now = start_us
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> int:
        return self._now

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._alarms, (max(time_us, self._now), self._count, action))

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """Whatever is not ready is waited for by the action itself."""
        self.call_at(time_us, action)

    def next_alarm(self) -> int | None:
        return self._alarms[0][0] if self._alarms else None

    def skip_to(self, time_us: int) -> None:
        """Nothing but this clock lets time pass."""
        assert time_us <= self._now

    def step(self) -> None:
        """Run the next action."""
        self._now, _, action = heapq.heappop(self._alarms)
        action()

    def run_until(self, time_us: int) -> None:
        """Run all actions up to a time, that time included."""
        while self._alarms and self._alarms[0][0] <= time_us:
            self.step()
        self._now = max(self._now, time_us)

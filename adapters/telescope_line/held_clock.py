"""The clock of the simulated telescope, which stands still until somebody lets time pass."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class HeldClock:
    """Timers (`tomoe_es.control.ports.HoldingTimers`) that go from alarm to alarm when told to."""

    def __init__(self, start_us: int) -> None:
        self._now = start_us
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> int:
        """UTC microseconds."""
        return self._now

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        """Run an action when the clock shows `time_us`; those of the same time run in the order asked for."""
        self._count += 1
        heapq.heappush(self._alarms, (max(time_us, self._now), self._count, action))

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """As `call_at`: what is not ready then, the action waits for."""
        self.call_at(time_us, action)

    def next_alarm(self) -> int | None:
        """When an action is due next."""
        return self._alarms[0][0] if self._alarms else None

    def ring(self) -> None:
        """Go to the next alarm, and run its action."""
        due, _, action = heapq.heappop(self._alarms)
        self._now = max(self._now, due)
        action()

    def go_to(self, time_us: int) -> None:
        """Let time pass up to `time_us`, but not past an alarm, and never back."""
        due = self.next_alarm()
        self._now = max(self._now, time_us if due is None else min(time_us, due))

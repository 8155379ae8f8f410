"""The loop on which a night runs: alarms in order of time, paced against the wall clock.

At speed 1 it keeps step with life; at speed 1000 a night of 13 hours passes in 47 seconds. When an action
takes longer than there is time for, the loop's clock waits for it: nothing is skipped, and the order of
what happens does not depend on how fast the machine is.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable


class PacedLoop:
    """A clock with alarms (`tomoe_es.control.ports.Timers`), from `start_us` on at `speed` times life.

    With an infinite speed it never waits for the wall clock.
    """

    def __init__(self, start_us: int, speed: float) -> None:
        self._now = start_us
        self._speed = speed
        self._base_time = start_us
        self._base_wall = time.monotonic()
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._posted: deque[Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._stopped = False

    def now(self) -> int:
        """UTC microseconds on this loop's clock."""
        return self._now

    def set_time(self, time_us: int) -> None:
        """Set the clock, before anything runs on it."""
        self._now = time_us

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        """Run an action when the clock shows `time_us`; those of the same time run in the order asked for."""
        self._count += 1
        heapq.heappush(self._alarms, (max(time_us, self._now), self._count, action))

    def post(self, action: Callable[[], None]) -> None:
        """Run an action as soon as may be; the only call that is safe from other threads."""
        with self._wake:
            self._posted.append(action)
            self._wake.notify()

    def stop(self) -> None:
        """Leave `run` after the action that runs now."""
        self._stopped = True
        with self._wake:
            self._wake.notify()

    def run(self) -> None:
        """Run until stopped, or until nothing is left to do."""
        self._stopped = False
        self._rebase()
        while not self._stopped:
            while self._posted and not self._stopped:
                self._posted.popleft()()
            if self._stopped or not self._alarms:
                return
            due = self._alarms[0][0]
            if due > self._now and not self._wait_until(due):
                continue  # something was posted
            _, _, action = heapq.heappop(self._alarms)
            self._now = max(self._now, due)
            action()

    def _wait_until(self, due: int) -> bool:
        """Wait for the wall clock to reach a time; False when something was posted before."""
        wall_due = self._base_wall + (due - self._base_time) / 1e6 / self._speed
        late = time.monotonic() - wall_due
        if late >= 0:
            if late > 0.05:  # work took longer than its time: the clock stood still meanwhile
                self._base_time, self._base_wall = due, time.monotonic()
            return True
        with self._wake:
            while not self._posted and not self._stopped:
                rest = wall_due - time.monotonic()
                if rest <= 0:
                    return True
                self._wake.wait(rest)
            passed = (time.monotonic() - self._base_wall) * self._speed * 1e6
            self._now = min(due, max(self._now, self._base_time + int(passed)))
            return False

    def _rebase(self) -> None:
        self._base_time, self._base_wall = self._now, time.monotonic()

"""The loop on which a night runs: alarms in order of time, paced against the wall clock.

At speed 1 it keeps step with life; at speed 1000 a night of 13 hours passes in 47 seconds. When an action
takes longer than there is time for, the loop's clock waits for it: nothing is skipped, and the order of
what happens does not depend on how fast the machine is. While an action's work is not ready, the loop turns
all the same: what is posted runs, signs of life are given.
"""

from __future__ import annotations

import heapq
import queue
import time
from collections.abc import Callable

LOOK_AGAIN_SECONDS = 0.005
"""Real time between two looks whether that is ready which the clock stands still for."""
LONGEST_WAIT_SECONDS = 0.5
"""Real time. A signal that comes in the instant before a wait is handled after it: so waits are short."""


class PacedLoop:
    """A clock with alarms (`tomoe_es.control.ports.HoldingTimers`), from `start_us` on at `speed` times life.

    With an infinite speed it never waits for the wall clock. `alive` is called between actions, and several
    times a second while it waits; `meanwhile` again and again while the clock stands still for what is not
    ready.
    """

    def __init__(
        self,
        start_us: int,
        speed: float,
        alive: Callable[[], None] = lambda: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._now = start_us
        self._alive, self._meanwhile = alive, meanwhile
        self._speed = speed
        self._base_time = start_us
        self._base_wall = time.monotonic()
        self._alarms: list[tuple[int, int, Callable[[], bool], Callable[[], None]]] = []
        self._look_at: float | None = None  # real time of the next look, while the clock stands still
        self._count = 0
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopped = False

    def now(self) -> int:
        """UTC microseconds on this loop's clock."""
        return self._now

    def set_time(self, time_us: int) -> None:
        """Set the clock, before anything runs on it."""
        self._now = time_us

    def skip_to(self, time_us: int) -> None:
        """Move the clock forward, where something has let time pass; alarms passed over ring at once."""
        if time_us > self._now:
            self._now = time_us
            self._rebase()

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        """Run an action when the clock shows `time_us`; those of the same time run in the order asked for."""
        self.call_when_ready(time_us, lambda: True, action)

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """As `call_at`; at that time the clock stands still until it is ready. `ready` must not block."""
        self._count += 1
        heapq.heappush(self._alarms, (max(time_us, self._now), self._count, ready, action))

    def post(self, action: Callable[[], None]) -> None:
        """Run an action as soon as may be; the only call that is safe from threads and signal handlers."""
        self._posted.put(action)

    def stop(self) -> None:
        """Leave `run` after the action that runs now."""
        self._stopped = True
        self._posted.put(lambda: None)  # wakes it

    def run(self) -> None:
        """Run until stopped, or until nothing is left to do."""
        self._stopped = False
        self._rebase()
        while not self._stopped:
            self._alive()
            rest = self._rest_seconds()
            try:
                posted = self._posted.get(rest > 0, min(rest, LONGEST_WAIT_SECONDS))
            except queue.Empty:
                if not self._alarms:
                    return
                if rest <= LONGEST_WAIT_SECONDS:
                    self._ring()
            else:
                if rest > 0 and self._look_at is None:
                    self._show_time()
                posted()

    def _rest_seconds(self) -> float:
        """Until the next alarm, on the wall clock; 0 when it is due or there is none."""
        if not self._alarms:
            return 0.0
        due = self._wall_due() if self._look_at is None else self._look_at
        return max(0.0, due - time.monotonic())

    def _wall_due(self) -> float:
        return self._base_wall + (self._alarms[0][0] - self._base_time) / 1e6 / self._speed

    def _ring(self) -> None:
        late = time.monotonic() - self._wall_due()
        due, _, ready, action = self._alarms[0]
        self._now = max(self._now, due)
        if not ready():
            self._look_at = time.monotonic() + LOOK_AGAIN_SECONDS
            self._meanwhile()
            return
        self._look_at = None
        heapq.heappop(self._alarms)
        if late > 0.05:  # work took longer than its time: the clock stood still meanwhile
            self._rebase()
        action()

    def _show_time(self) -> None:
        """Set the clock within a wait to what the wall clock makes of it."""
        passed = (time.monotonic() - self._base_wall) * self._speed * 1e6
        self._now = min(self._alarms[0][0], max(self._now, self._base_time + int(passed)))

    def _rebase(self) -> None:
        self._base_time, self._base_wall = self._now, time.monotonic()

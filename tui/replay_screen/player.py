"""Plays a night: which time of the night it is, by the real time that has passed since."""

from __future__ import annotations

from typing import Final

from tomoe_es.clock import SECOND

SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0)
"""What the keys choose from; any other can be typed."""
SLOWEST, FASTEST = 0.01, 100_000.0


class Player:
    """Plays or stands; knows the time of the night only from where it was last put."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.plays = False
        self._began: tuple[int, int] | None = None  # real and night's time, UTC microseconds

    def put(self, real_us: int, night_us: int) -> None:
        """The playhead is at this time of the night now."""
        self._began = (real_us, night_us)

    def lift(self) -> None:
        """The playhead is on its way to somewhere else."""
        self._began = None

    def due_us(self, real_us: int) -> int | None:
        """The time of the night that is to be shown; None while it stands or the playhead is on its way."""
        if not self.plays or self._began is None:
            return None
        began_real, began_night = self._began
        return began_night + round((real_us - began_real) * self.speed)

    def change_speed(self, real_us: int, speed: float) -> None:
        """Go on from here at another speed."""
        due = self.due_us(real_us)
        self.speed = min(max(speed, SLOWEST), FASTEST)
        if due is not None:
            self.put(real_us, due)

    def faster(self) -> float:
        """The next higher speed of the keys."""
        return next((each for each in SPEEDS if each > self.speed), self.speed)

    def slower(self) -> float:
        """The next lower one."""
        return next((each for each in reversed(SPEEDS) if each < self.speed), self.speed)


FRAME_US = SECOND // 10
"""Real time between two pictures while it plays."""

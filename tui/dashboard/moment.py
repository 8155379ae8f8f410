"""What the screen shows at one moment: the overview, the time of the night, and whether the data lives."""

from __future__ import annotations

from collections import deque
from typing import Literal

import msgspec

from projections.overview_model import Overview
from tomoe_es.clock import SECOND

OLD_AFTER_SECONDS = 15.0
"""Devices are read every few seconds: when nothing at all is written for this long, something is wrong."""

PACE_MEASURED_OVER = 40
"""Readings of the overview that the pace of a simulated night is measured over."""

Condition = Literal["live", "old", "over", "replayed"]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the screen. `now_us` stands still when the data does, so that nothing old looks alive."""

    overview: Overview
    now_us: int  # time of the night
    silent_seconds: float  # real time since anything new was written
    pace: float | None  # seconds of the night a real second; None: not known yet
    condition: Condition


class Freshness:
    """Watches one overview after the other come in, and tells how alive the data is."""

    def __init__(self) -> None:
        self._position = -1
        self._new_us = 0
        self._seen: deque[tuple[int, int]] = deque(maxlen=PACE_MEASURED_OVER)

    def take(self, overview: Overview, written_us: int) -> None:
        """Note an overview that was read, and when (real time, UTC microseconds) its files were written."""
        if overview.position == self._position:
            return
        self._position, self._new_us = overview.position, written_us
        if self._seen and overview.time_us < self._seen[-1][1]:
            self._seen.clear()
        if overview.time_us:  # else there was no event yet, whose time would tell the pace
            self._seen.append((written_us, overview.time_us))

    def moment(self, overview: Overview, real_us: int) -> Moment:
        """What to show at a real time."""
        silent = max(real_us - self._new_us, 0) / SECOND
        if overview.night.phase == "ended":
            condition: Condition = "over"
        else:
            condition = "old" if silent > OLD_AFTER_SECONDS else "live"
        ticking = condition == "live" and not overview.night.simulated
        return Moment(
            overview=overview,
            now_us=max(real_us, overview.time_us) if ticking else overview.time_us,
            silent_seconds=silent,
            pace=self._pace(),
            condition=condition,
        )

    def _pace(self) -> float | None:
        if len(self._seen) < 2:
            return None
        (real_first, night_first), (real_last, night_last) = self._seen[0], self._seen[-1]
        if real_last - real_first < SECOND:
            return None
        return (night_last - night_first) / (real_last - real_first)

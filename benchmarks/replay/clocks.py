"""A table of what was measured by the clock and in CPU time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

from benchmarks.log.table import Table

T = TypeVar("T")
HEAD = "| what | by the clock | CPU | target | |\n|---|---|---|---|---|"


class Clocks(Table):
    """Each row says how long something took, and whether that is its target by the clock."""

    def once(self, what: str, target_seconds: float | None, action: Callable[[], T]) -> T:
        """Do something once, in seconds."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        result = action()
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        self._told(what, wall, cpu, target_seconds, "s")
        return result

    def often(self, what: str, target_ms: float, action: Callable[[], object], times: int) -> None:
        """Do something many times, in milliseconds; the target is that of the median."""
        wall, cpu = [], []
        for _ in range(times):
            start, start_cpu = time.perf_counter(), time.process_time()
            action()
            wall.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - start_cpu) * 1000)
        for name, index, target in (("p50", times // 2, target_ms), ("p99", times * 99 // 100, None)):
            self._told(f"{what}, {name}", sorted(wall)[index], sorted(cpu)[index], target, "ms")

    def _told(self, what: str, wall: float, cpu: float, target: float | None, unit: str) -> None:
        asked = f"< {target:g} {unit}" if target is not None else ""
        reached = ("yes" if wall < target else "NO") if target is not None else ""
        self.line(f"| {what} | {wall:.3g} {unit} | {cpu:.3g} {unit} | {asked} | {reached} |")


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

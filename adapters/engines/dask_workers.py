"""Dask workers as the engine sees them: each offers a CPU, memory and RAM disk as resources of Dask's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tomoe_es.reduction.needs import Capacity, Needs

CPU, MEMORY_MB, RAM_DISK_MB = "TOMOE_CPU", "TOMOE_MEMORY_MB", "TOMOE_RAM_DISK_MB"
"""Names of the resources. A worker that was not started by `tomoe worker` offers none, and gets no task."""
MISSED_SECONDS: Final = 60.0
"""A worker that is away for this long is not waited for; its nanny starts one anew within some seconds."""


def resources(needs: Needs) -> dict[str, float]:
    """What Dask sets aside on the worker while a task runs; no more than there is, ever."""
    return {CPU: needs.cpus, MEMORY_MB: needs.memory_mb, RAM_DISK_MB: needs.ram_disk_mb}


def offered(has: Mapping[str, float]) -> Needs:
    """What a worker has, by its resources."""
    return Needs(*(int(has.get(name, 0)) for name in (CPU, MEMORY_MB, RAM_DISK_MB)))


class Workers:
    """The workers that are there, and those that may come back in a moment."""

    def __init__(self) -> None:
        self._there: dict[str, Needs] = {}
        self._seen: dict[str, tuple[float, Needs]] = {}

    def look(self, listed: Mapping[str, Mapping[str, float]], now: float) -> None:
        """Take in the scheduler's list, resources by address; `now` in seconds since any moment."""
        self._there = {name: needs for name, each in listed.items() if (needs := offered(each)).cpus}
        self._seen |= {name: (now, needs) for name, needs in self._there.items()}
        self._seen = {name: seen for name, seen in self._seen.items() if now - seen[0] < MISSED_SECONDS}

    def capacity(self) -> Capacity | None:
        """All that are there together, and the largest of those seen lately; None: nobody was."""
        if not self._seen:
            return None
        total = sum(self._there.values(), Needs(0, 0, 0))
        sizes = [needs for _, needs in self._seen.values()]
        return Capacity(total, max(sizes, key=lambda each: (each.memory_mb, each.ram_disk_mb, each.cpus)))

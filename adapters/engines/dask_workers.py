"""Dask workers as the engine sees them: each offers a CPU, memory and RAM disk as resources of Dask's own.

The version of its code is one too, so that Dask gives a night's tasks to no worker that runs other code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tomoe_es.reduction.needs import Capacity, Needs

CPU, MEMORY_MB, RAM_DISK_MB = "TOMOE_CPU", "TOMOE_MEMORY_MB", "TOMOE_RAM_DISK_MB"
"""Names of the resources. A worker that was not started by `tomoe worker` offers none, and gets no task."""
_CODE: Final = "TOMOE_CODE_"
MISSED_SECONDS: Final = 60.0
"""A worker that is away for this long is not waited for; its nanny starts one anew within some seconds."""


def offer(has: Needs, code: str) -> dict[str, float]:
    """The resources of a worker that runs a version of the code."""
    return {**resources(has, code), _CODE + code: 1}


def resources(needs: Needs, code: str) -> dict[str, float]:
    """What Dask sets aside on the worker while a task runs, no more than there is, ever.

    Of the code it takes nothing: a worker must only have it.
    """
    taken = {CPU: needs.cpus, MEMORY_MB: needs.memory_mb, RAM_DISK_MB: needs.ram_disk_mb}
    return {**taken, _CODE + code: 0}


def _offered(has: Mapping[str, float]) -> Needs:
    """What a worker has, by its resources."""
    return Needs(*(int(has.get(name, 0)) for name in (CPU, MEMORY_MB, RAM_DISK_MB)))


class Workers:
    """The workers of one version of the code that are there, and those that may come back in a moment."""

    def __init__(self, code: str) -> None:
        self._code = _CODE + code
        self._there: dict[str, Needs] = {}
        self._seen: dict[str, tuple[float, Needs]] = {}
        self._awaited = True  # since the scheduler was found, nobody was there
        self.other_code: set[str] = set()  # versions that other workers run

    def found_scheduler(self, now: float) -> None:
        """All those seen before may come back to it, the largest not first; `now` in seconds, any zero."""
        self._there, self._awaited = {}, True
        self._seen = {name: (now, needs) for name, (_, needs) in self._seen.items()}

    def look(self, listed: Mapping[str, Mapping[str, float]], now: float) -> None:
        """Take in the scheduler's list, resources by address."""
        ours = {name: _offered(has) for name, has in listed.items() if self._code in has}
        self._there = {name: needs for name, needs in ours.items() if needs.cpus}
        self._awaited = self._awaited and not self._there
        self._seen |= {name: (now, needs) for name, needs in self._there.items()}
        self._seen = {name: seen for name, seen in self._seen.items() if now - seen[0] < MISSED_SECONDS}
        named = {each for has in listed.values() for each in has if each.startswith(_CODE)}
        self.other_code = {each.removeprefix(_CODE) for each in named - {self._code}}

    def capacity(self) -> Capacity | None:
        """All that are there together, and the largest of those seen lately; None: nobody is there."""
        if not self._seen or self._awaited:
            return None
        total = sum(self._there.values(), Needs(0, 0, 0))
        sizes = [needs for _, needs in self._seen.values()]
        return Capacity(total, max(sizes, key=lambda each: (each.memory_mb, each.ram_disk_mb, each.cpus)))

"""Tasks that wait for room on an engine: the express lane first, each lane in order, never more than fits."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from tomoe_es.events.reduction import Lane
from tomoe_es.reduction.needs import Needs


@dataclass(eq=False, slots=True)
class Task:
    """A packed task, what it takes and where its result goes."""

    content: bytes
    needs: Needs
    future: Future[Any]


class Waiting:
    """What waits. Nothing overtakes the first one that has no room, or a large one would never run."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Task]] = {"express": deque(), "default": deque()}

    def add(self, task: Task, lane: Lane) -> None:
        """Put a task at the end of its lane."""
        self._lanes[lane].append(task)

    def take(self, free: Needs) -> Task | None:
        """The next task, which runs from now on, if there is room for it. Cancelled ones are dropped."""
        for lane in self._lanes.values():
            while lane and lane[0].future.cancelled():
                lane.popleft()
            if lane:
                if not lane[0].needs.fits(free):
                    return None
                task = lane.popleft()
                if task.future.set_running_or_notify_cancel():
                    return task
                return self.take(free)
        return None

    def unmet(self, largest: Needs) -> list[Task]:
        """What waits for more than any worker has; it waits no more."""
        tasks = [task for lane in self._lanes.values() for task in lane if not task.needs.fits(largest)]
        for lane in self._lanes.values():
            for task in tasks:
                if task in lane:
                    lane.remove(task)
        return tasks

    def drop(self) -> list[Task]:
        """All that waits, which waits no more."""
        tasks = [task for lane in self._lanes.values() for task in lane]
        for lane in self._lanes.values():
            lane.clear()
        return tasks

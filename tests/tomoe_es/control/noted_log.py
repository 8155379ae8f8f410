"""A log for tests that break a night off anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tomoe_es.log.port import Appended, Batch, EventLog


class NotedLog:
    """A log that notes after which positions a crash may fall: between two appends."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.boundaries: list[int] = []

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        appended = self._log.append_many(batches)
        self.boundaries.append(appended[-1].last_position)
        return appended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

"""How long each stage of a job took, by a timer given from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Timer = Callable[[], float]
"""Seconds since any fixed moment."""


class Stopwatch:
    """Collects seconds by stage; a stage entered twice adds up."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body of a `with` statement, also when it raises."""
        start = self._timer()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._timer() - start

"""Waiting for a task without falling silent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait

from tomoe_es.reduction.engine import Result

ALIVE_SECONDS = 0.5
"""Real time after which somebody who waits for a task says that he lives."""


def awaited(future: Future[Result], alive: Callable[[], None]) -> Result:
    """What a task gives, or the condition it ended in."""
    while not future.done():
        wait([future], ALIVE_SECONDS)
        alive()
    return future.result()

"""What a test asks of a night in which recipes are carried out."""

from __future__ import annotations

from tests.tomoe_es.control.observatory import Observatory
from tomoe_es.events import queue, recipe, weather

ONLY = ("executor", "scheduler", "standstill watch")
DONE = ["RecipeSubmitted", "RecipeQueued", "RecipeStarted", "RecipeCompleted"]
FAILED = ["RecipeSubmitted", "RecipeQueued", "RecipeStarted", "OperationFailed", "RecipeCancelled"]
WAITING = ["RecipeSubmitted", "RecipeQueued"]


def failure(night: Observatory) -> recipe.OperationFailed:
    [failed] = night.told(recipe.OperationFailed)
    assert isinstance(failed, recipe.OperationFailed)
    return failed


def started_at(night: Observatory, operation: str) -> int:
    return next(
        each.time
        for each in night.of(recipe.OperationStarted)
        if each.payload.operation == operation  # type: ignore[attr-defined]
    )


def unsafe(night: Observatory) -> None:
    night.record(weather.WeatherBecameUnsafe(reasons=["rain"]), queue.ObservingSuspended(reasons=["rain"]))


def safe(night: Observatory) -> None:
    night.record(
        weather.WeatherBecameSafe(since_us=night.clock.now()),
        queue.ObservingResumed(reason="safe"),
    )

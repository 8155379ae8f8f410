"""The observation queue: what waits in which order, what is executing, and whether the queue runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from projections.overview_model import QueuedRecipe, QueueMode
from projections.projection import Projection
from tomoe_es.events import queue, recipe, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import OperationCall


class OpenRecipe(msgspec.Struct, kw_only=True):
    """What the queue shows of a recipe that is not over."""

    observer: str
    project: str
    comment: str
    priority: float
    operations: list[str]
    direct: bool
    before_unlocking: int  # operations before the one that releases the telescope lock; all, if none does
    locks: bool  # it sets or releases the telescope lock
    queued_us: int = 0


class Execution(msgspec.Struct, kw_only=True):
    """The recipe being carried out; between two operations `index` is the next one and `text` is empty."""

    recipe_id: str
    started_us: int
    index: int = 0
    text: str = ""
    since_us: int = 0
    time_limit_seconds: float = 0.0


class Queue(msgspec.Struct, kw_only=True):
    """Everything about the queue; recipes that are over are forgotten."""

    recipes: dict[str, OpenRecipe] = {}
    waiting: list[str] = []
    execution: Execution | None = None
    paused: bool = False
    held_by: str = ""  # who has paused it
    suspended: bool = False
    reason: str = ""
    since_us: int = 0

    @property
    def mode(self) -> QueueMode:
        """Whether observing is suspended by conditions, or the queue paused by a person."""
        if self.suspended:
            return "suspended"
        return "paused" if self.paused else "running"

    def first(self, count: int) -> tuple[QueuedRecipe, ...]:
        """The next recipes to be carried out, in order."""
        return tuple(self._entry(recipe_id) for recipe_id in self.waiting[:count])

    def _entry(self, recipe_id: str) -> QueuedRecipe:
        known = self.recipes[recipe_id]
        return QueuedRecipe(
            recipe_id=recipe_id,
            observer=known.observer,
            project=known.project,
            comment=known.comment,
            priority=known.priority,
            queued_us=known.queued_us,
        )

    def held_by_lock(
        self, moves: Callable[[str], bool], free_for: Callable[[str], bool]
    ) -> QueuedRecipe | None:
        """The next recipe that a set telescope lock keeps from starting; None while another one executes.

        `moves` tells of an operation's name whether it moves something, `free_for` of a recipe whether it may
        set and release the lock that is set.
        """
        if self.execution is not None or self.mode != "running":
            return None
        for recipe_id in self.waiting:
            known = self.recipes[recipe_id]
            not_its_own = known.locks and not free_for(recipe_id)
            if not_its_own or any(moves(name) for name in known.operations[: known.before_unlocking]):
                return self._entry(recipe_id)
        return None

    def operation(self) -> str:
        """Name of the operation that the executing recipe is at; empty when it is past the last one."""
        if self.execution is None:
            return ""
        operations = self.recipes[self.execution.recipe_id].operations
        return operations[self.execution.index] if self.execution.index < len(operations) else ""


def _submitted(state: Queue, event: recipe.RecipeSubmitted, _: Recorded) -> None:
    state.recipes[event.recipe_id] = OpenRecipe(
        observer=event.recipe.observer,
        project=event.recipe.project,
        comment=event.recipe.comment,
        priority=event.recipe.priority,
        operations=[each.name for each in event.recipe.operations],
        direct=event.direct,
        before_unlocking=_before_unlocking(event.recipe.operations),
        locks=any(call.name == "SetTelescopeLock" for call in event.recipe.operations),
    )


def _before_unlocking(operations: Sequence[OperationCall]) -> int:
    for index, call in enumerate(operations):
        if call.name == "SetTelescopeLock" and call.argument is False:
            return index
    return len(operations)


def _queued(state: Queue, event: recipe.RecipeQueued, recorded: Recorded) -> None:
    known = state.recipes.get(event.recipe_id)
    if known is None:
        return
    known.priority, known.queued_us = event.priority, recorded.time
    _leave(state, event.recipe_id)
    if known.direct:  # behind the other direct ones, before the scheduled ones
        place = sum(state.recipes[each].direct for each in state.waiting)
        state.waiting.insert(place, event.recipe_id)
    else:
        state.waiting.append(event.recipe_id)


def _leave(state: Queue, recipe_id: str) -> None:
    if recipe_id in state.waiting:
        state.waiting.remove(recipe_id)
    if state.execution is not None and state.execution.recipe_id == recipe_id:
        state.execution = None


def _started(state: Queue, event: recipe.RecipeStarted, recorded: Recorded) -> None:
    _leave(state, event.recipe_id)
    if event.recipe_id in state.recipes:
        state.execution = Execution(recipe_id=event.recipe_id, started_us=recorded.time)


def _operation_started(state: Queue, event: recipe.OperationStarted, recorded: Recorded) -> None:
    if state.execution is not None and state.execution.recipe_id == event.recipe_id:
        state.execution.index, state.execution.text = event.index, event.text
        state.execution.since_us = recorded.time
        state.execution.time_limit_seconds = event.time_limit_seconds


def _operation_over(
    state: Queue, event: recipe.OperationCompleted | recipe.OperationSkipped, recorded: Recorded
) -> None:
    if state.execution is not None and state.execution.recipe_id == event.recipe_id:
        state.execution.index, state.execution.text = event.index + 1, ""
        state.execution.since_us, state.execution.time_limit_seconds = recorded.time, 0.0


def _returned(state: Queue, event: recipe.RecipeReturnedToPool, _: Recorded) -> None:
    _leave(state, event.recipe_id)


def _over(state: Queue, event: recipe.RecipeEvent, _: Recorded) -> None:
    _leave(state, event.recipe_id)
    state.recipes.pop(event.recipe_id, None)


def _queue_started(state: Queue, event: queue.QueueStarted, recorded: Recorded) -> None:
    state.paused, state.held_by = False, ""
    _because(state, event.reason, recorded)


def _queue_paused(state: Queue, event: queue.QueuePaused, recorded: Recorded) -> None:
    state.paused, state.held_by = True, event.who
    _because(state, event.reason, recorded)


def _suspended(state: Queue, event: queue.ObservingSuspended, recorded: Recorded) -> None:
    state.suspended = True
    _because(state, ", ".join(event.reasons), recorded)


def _resumed(state: Queue, event: queue.ObservingResumed, recorded: Recorded) -> None:
    state.suspended = False
    _because(state, event.reason, recorded)


def _night_planned(state: Queue, _: Any, recorded: Recorded) -> None:
    state.suspended = False
    _because(state, "", recorded)


def _because(state: Queue, reason: str, recorded: Recorded) -> None:
    state.reason, state.since_us = reason, recorded.time


PROJECTION = Projection(
    name="queue",
    state=Queue,
    evolve={
        recipe.RecipeSubmitted: _submitted,
        recipe.RecipeQueued: _queued,
        recipe.RecipeStarted: _started,
        recipe.OperationStarted: _operation_started,
        recipe.OperationCompleted: _operation_over,
        recipe.OperationSkipped: _operation_over,
        recipe.RecipeReturnedToPool: _returned,
        recipe.RecipeCompleted: _over,
        recipe.RecipeCancelled: _over,
        recipe.RecipeExpired: _over,
        queue.QueueStarted: _queue_started,
        queue.QueuePaused: _queue_paused,
        queue.ObservingSuspended: _suspended,
        queue.ObservingResumed: _resumed,
        system.NightPlanned: _night_planned,
    },
    sources=(__file__,),
)

"""Events of a recipe: from its submission to its end."""

from __future__ import annotations

from tomoe_es.events.base import Event
from tomoe_es.recipe.model import Recipe


class RecipeEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event in the life of one recipe."""

    recipe_id: str

    def stream(self) -> str:
        return f"recipe/{self.recipe_id}"


class RecipeSubmitted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A recipe passed its checks and entered the pool, or the queue directly."""

    recipe: Recipe
    source: str  # the text as the person wrote it; empty when the scheduler made the recipe
    source_name: str  # file name, or who issued it
    submitted_by: str
    window_start_us: int  # the recipe's time window on this night, UTC microseconds
    window_end_us: int
    direct: bool  # straight to the queue, past the pool


class RecipeRefused(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A recipe file had errors; it can't be executed."""

    source_name: str
    source_digest: str  # sha256 of the file as it was read
    errors: list[str]

    def stream(self) -> str:
        return "pool"


class RecipeQueued(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The scheduler pushed the recipe from the pool to the observation queue."""

    priority: float


class RecipeStarted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor took the recipe from the queue."""

    exposures_done: list[str]  # names of exposures that an earlier, interrupted run already took


class OperationStarted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The executor began operation `index` (from 0) of the recipe."""

    index: int
    operation: str
    text: str  # as in the recipe, for people
    time_limit_seconds: float


class OperationCompleted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The devices' own readings show that the operation is complete."""

    index: int
    operation: str


class OperationSkipped(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The operation was left out, because an earlier run had done it."""

    index: int
    operation: str
    reason: str


class OperationFailed(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The operation can't be completed; the recipe is cancelled."""

    index: int
    operation: str
    condition: str
    message: str


class RecipeCompleted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """All operations are complete."""


class RecipeCancelled(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The recipe ended without being completed and won't be tried again."""

    condition: str
    message: str


class RecipeInterrupted(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The recipe was stopped from outside (weather, operator, crash); it returns to the pool."""

    reason: str
    operation_index: int
    exposures_done: list[str]


class RecipeReturnedToPool(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """An interrupted or dequeued recipe is in the pool again, with what is done marked."""

    exposures_done: list[str]
    reason: str


class RecipeExpired(RecipeEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The time window closed before the recipe was observed."""

    reason: str

"""The recipe pool: every recipe that is not over, with its window, its priority and what is done of it."""

from __future__ import annotations

import msgspec

from projections.overview_model import PoolRecipe, RecipeState
from projections.projection import Projection
from tomoe_es.events import recipe
from tomoe_es.events.envelope import Recorded


class Entry(msgspec.Struct, kw_only=True):
    """One recipe that is not over."""

    observer: str
    project: str
    comment: str
    priority: float
    window_start_us: int
    window_end_us: int
    state: RecipeState = "waiting"
    exposures_done: list[str] = []


class Pool(msgspec.Struct):
    """Recipes by id, in order of submission."""

    recipes: dict[str, Entry] = {}

    def waiting(self) -> list[PoolRecipe]:
        """Recipes that wait for the scheduler: the most urgent first, among equals the earliest window."""
        entries = [entry for entry in self.recipes.items() if entry[1].state == "waiting"]
        entries.sort(key=lambda entry: (-entry[1].priority, entry[1].window_start_us))
        return [_shown(recipe_id, entry) for recipe_id, entry in entries]


def _shown(recipe_id: str, entry: Entry) -> PoolRecipe:
    return PoolRecipe(
        recipe_id=recipe_id,
        observer=entry.observer,
        project=entry.project,
        comment=entry.comment,
        priority=entry.priority,
        window_start_us=entry.window_start_us,
        window_end_us=entry.window_end_us,
        state=entry.state,
        exposures_done=tuple(entry.exposures_done),
    )


def _submitted(state: Pool, event: recipe.RecipeSubmitted, _: Recorded) -> None:
    state.recipes[event.recipe_id] = Entry(
        observer=event.recipe.observer,
        project=event.recipe.project,
        comment=event.recipe.comment,
        priority=event.recipe.priority,
        window_start_us=event.window_start_us,
        window_end_us=event.window_end_us,
    )


def _queued(state: Pool, event: recipe.RecipeQueued, _: Recorded) -> None:
    if entry := state.recipes.get(event.recipe_id):
        entry.state = "queued"


def _started(state: Pool, event: recipe.RecipeStarted, _: Recorded) -> None:
    if entry := state.recipes.get(event.recipe_id):
        entry.state = "executing"


def _returned(state: Pool, event: recipe.RecipeReturnedToPool, _: Recorded) -> None:
    if entry := state.recipes.get(event.recipe_id):
        entry.state, entry.exposures_done = "waiting", list(event.exposures_done)


def _over(state: Pool, event: recipe.RecipeEvent, _: Recorded) -> None:
    state.recipes.pop(event.recipe_id, None)


PROJECTION = Projection(
    name="pool",
    state=Pool,
    evolve={
        recipe.RecipeSubmitted: _submitted,
        recipe.RecipeQueued: _queued,
        recipe.RecipeStarted: _started,
        recipe.RecipeReturnedToPool: _returned,
        recipe.RecipeCompleted: _over,
        recipe.RecipeCancelled: _over,
        recipe.RecipeExpired: _over,
    },
    sources=(__file__,),
)

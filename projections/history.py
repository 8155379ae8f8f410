"""The history: recipes that are over, how they ended and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from projections.overview_model import FinishedRecipe, Outcome
from projections.projection import Projection, Row
from projections.store import ProjectionReader
from tomoe_es.events import ErasedPayload, recipe
from tomoe_es.events.envelope import Recorded

if TYPE_CHECKING:
    import sqlite_utils


class OpenRecipe(msgspec.Struct):
    """What the history will say of a recipe that is not over."""

    observer: str
    project: str
    comment: str
    started_us: int = 0


class History(msgspec.Struct):
    """Recipes that are not over; the others are rows."""

    recipes: dict[str, OpenRecipe] = {}


def create_tables(database: sqlite_utils.Database) -> None:
    """One row a recipe that is over, by the position of the event that ended it."""
    database.table("history").create(
        {
            "position": int,
            "recipe_id": str,
            "observer": str,
            "project": str,
            "comment": str,
            "started_us": int,
            "ended_us": int,
            "outcome": str,
            "condition": str,
            "message": str,
        },
        pk="position",
        strict=True,
    )
    database.table("history").create_index(["recipe_id"])


def newest(reader: ProjectionReader, count: int) -> tuple[FinishedRecipe, ...]:
    """The recipes that ended last, newest first."""
    rows = reader.database().table("history").rows_where(order_by="position desc", limit=count)
    return tuple(msgspec.convert(row, FinishedRecipe) for row in rows)


def total(reader: ProjectionReader) -> int:
    """How many recipes are over."""
    return int(reader.database().table("history").count)


def finished_recipe(row: tuple[Any, ...]) -> FinishedRecipe:
    """A row as `evolve` gives it, whose first column is the position, as the screens show it."""
    return FinishedRecipe(**dict(zip(FinishedRecipe.__struct_fields__, row[1:], strict=True)))


def _submitted(state: History, event: recipe.RecipeSubmitted, _: Recorded) -> None:
    state.recipes[event.recipe_id] = OpenRecipe(
        event.recipe.observer, event.recipe.project, event.recipe.comment
    )


def _erased(state: History, event: ErasedPayload, recorded: Recorded) -> None:
    if event.of_type == recipe.RecipeSubmitted.__name__:
        state.recipes[recorded.stream.removeprefix("recipe/")] = OpenRecipe(
            "(erased)", "(erased)", "(erased)"
        )


def _started(state: History, event: recipe.RecipeStarted, recorded: Recorded) -> None:
    if known := state.recipes.get(event.recipe_id):
        known.started_us = recorded.time


def _over(
    state: History, recipe_id: str, recorded: Recorded, outcome: Outcome, condition: str, message: str
) -> list[Row]:
    known = state.recipes.pop(recipe_id, None)
    if known is None:
        return []
    who = (known.observer, known.project, known.comment, known.started_us)
    return [("history", (recorded.position, recipe_id, *who, recorded.time, outcome, condition, message))]


def _completed(state: History, event: recipe.RecipeCompleted, recorded: Recorded) -> list[Row]:
    return _over(state, event.recipe_id, recorded, "done", "", "")


def _cancelled(state: History, event: recipe.RecipeCancelled, recorded: Recorded) -> list[Row]:
    return _over(state, event.recipe_id, recorded, "cancelled", event.condition, event.message)


def _expired(state: History, event: recipe.RecipeExpired, recorded: Recorded) -> list[Row]:
    return _over(state, event.recipe_id, recorded, "expired", "expired", event.reason)


PROJECTION = Projection(
    name="history",
    state=History,
    evolve={
        recipe.RecipeSubmitted: _submitted,
        ErasedPayload: _erased,
        recipe.RecipeStarted: _started,
        recipe.RecipeCompleted: _completed,
        recipe.RecipeCancelled: _cancelled,
        recipe.RecipeExpired: _expired,
    },
    create_tables=create_tables,
    sources=(__file__,),
)

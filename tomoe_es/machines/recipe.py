"""What is normal in the life of a recipe."""

from __future__ import annotations

from tomoe_es.events.recipe import (
    OperationCompleted,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    RecipeCancelled,
    RecipeCompleted,
    RecipeExpired,
    RecipeInterrupted,
    RecipeQueued,
    RecipeReturnedToPool,
    RecipeStarted,
    RecipeSubmitted,
)
from tomoe_es.events.system import NightPlanned
from tomoe_es.machines.declaration import Departure, Machine, On

MACHINE = Machine(
    name="recipe",
    meaning="A recipe from its submission to its end; operations follow one another, never two at once.",
    thing="recipe/{}",
    instance="recipe_id",
    states=(
        *("new", "pooled", "queued", "executing", "operating", "failed", "interrupted"),
        *("completed", "cancelled", "expired", "of_a_former_night"),
    ),
    initial="new",
    transitions=(
        ("submit", "new", "pooled"),
        ("queue", "pooled", "queued"),
        ("start", "queued", "executing"),
        ("start_operation", "executing", "operating"),
        ("complete_operation", "operating", "executing"),
        ("skip_operation", ("executing", "operating"), "executing"),
        ("fail_operation", ("executing", "operating"), "failed"),  # or refused before it began
        ("complete", "executing", "completed"),
        ("cancel", ("pooled", "queued", "executing", "operating", "failed", "interrupted"), "cancelled"),
        ("interrupt", ("executing", "operating"), "interrupted"),
        ("return", ("queued", "interrupted"), "pooled"),
        # An exposure of it was lost on the way to the buffer storage: it is taken again.
        ("return", "completed", "pooled"),
        ("expire", ("pooled", "queued"), "expired"),
        ("begin_next_night", ("completed", "cancelled", "expired"), "of_a_former_night"),
    ),
    listens=(
        On(RecipeSubmitted, "submit"),
        On(RecipeQueued, "queue"),
        On(RecipeStarted, "start"),
        On(OperationStarted, "start_operation"),
        On(OperationCompleted, "complete_operation"),
        On(OperationSkipped, "skip_operation"),
        On(OperationFailed, "fail_operation"),
        On(RecipeCompleted, "complete"),
        On(RecipeCancelled, "cancel"),
        On(RecipeInterrupted, "interrupt"),
        On(RecipeReturnedToPool, "return"),
        On(RecipeExpired, "expire"),
        On(NightPlanned, "begin_next_night", everywhere=True),
    ),
    forgotten=frozenset({"of_a_former_night"}),
    departures=(
        Departure(
            name="RecipeStartedTwice",
            trigger="start",
            source=("executing", "operating"),
            dest="executing",
            severity="critical",
            meaning="a recipe was started that was being carried out already",
            remedy="see whether two executors run, and stop one of them",
        ),
    ),
)

"""A recipe is carried out, but its next operation neither begins nor ends."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import (
    OperationCompleted,
    OperationSkipped,
    OperationStarted,
    RecipeCancelled,
    RecipeCompleted,
    RecipeInterrupted,
    RecipeStarted,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Deadline, Mark

BETWEEN_SECONDS = 60.0


def _due_us(recorded: Recorded, known: Known) -> int:
    """An operation has its own time limit; between two there is nothing to wait for."""
    event = recorded.payload
    seconds = BETWEEN_SECONDS + (event.time_limit_seconds if isinstance(event, OperationStarted) else 0.0)
    return recorded.time + round(seconds * SECOND)


RULE = Deadline(
    name="RecipeNotProgressing",
    severity="serious",
    meaning="the executor hangs: having nothing to observe is normal, not progressing is not",
    remedy="look at the executor's last events; 'tomoe queue abort' makes room for the next recipe",
    thing="recipe/{}",
    about="recipe_id",
    begins=(
        *(Mark(RecipeStarted), Mark(OperationStarted), Mark(OperationCompleted), Mark(OperationSkipped)),
    ),
    ends=(Mark(RecipeCompleted), Mark(RecipeCancelled), Mark(RecipeInterrupted)),
    due_us=_due_us,
    expected="its next operation",
)

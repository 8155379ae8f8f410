"""A recipe is started outside its time window."""

from __future__ import annotations

from tomoe_es.clock import isot
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeStarted
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the time at which the executor took it from the queue."""
    event = recorded.payload
    assert isinstance(event, RecipeStarted), "the rule reads nothing else"
    opened = known.recipes.get(event.recipe_id)
    if opened is None or opened.window_start_us <= recorded.time < opened.window_end_us:
        return None
    start, end = isot(opened.window_start_us, 0), isot(opened.window_end_us, 0)
    return Departing(
        f"recipe {event.recipe_id} was started at {isot(recorded.time, 0)}, outside {start} to {end} UTC",
        (opened.submitted,),
    )


RULE = Rule(
    name="RecipeOutsideWindow",
    severity="warning",
    meaning="its observer asked for another time: the target may be low, or the event missed",
    remedy="see how the scheduler or a person put it into the queue at this time",
    thing="recipe/{0.recipe_id}",
    lasts=False,
    reads=(RecipeStarted,),
    judge=judge,
)

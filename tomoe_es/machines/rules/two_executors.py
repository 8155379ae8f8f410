"""Two processes carry out recipes at once."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeCancelled, RecipeCompleted, RecipeInterrupted, RecipeStarted
from tomoe_es.events.system import NightPlanned, NightResumed, ProcessStarted, ProcessStopped
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

TAKING_OVER_SECONDS = 60.0
"""A process that follows one that was killed says within this time that it goes on with the night."""
NIGHT = "night"


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """A recipe starts while another runs, or a second night process starts that does not take over."""
    running = known.running
    if running is not None and running.beside:
        told = f"recipe {running.recipe_id} was started while recipe {running.beside} was carried out"
        return Departing(told, (running.started, running.beside_started))
    alive = known.processes.get(NIGHT, {})
    if len(alive) < 2:
        return None
    return Departing(
        f"processes {' and '.join(str(pid) for pid in alive)} both run the night",
        tuple(alive.values()),
        grace_seconds=TAKING_OVER_SECONDS,
    )


RULE = Rule(
    name="TwoExecutors",
    severity="critical",
    meaning="two executors command the telescope, each without knowing of the other",
    remedy="stop one of them at once; then see why the data folder's lock did not keep it out",
    thing="executor",
    reads=(
        *(RecipeStarted, RecipeCompleted, RecipeCancelled, RecipeInterrupted),
        *(ProcessStarted, ProcessStopped, NightPlanned, NightResumed),
    ),
    judge=judge,
)

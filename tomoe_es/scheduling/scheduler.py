"""Fills the observation queue from the recipe pool, by time window, priority and visibility."""

from __future__ import annotations

from collections.abc import Collection

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import evolution
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.interruption import SKY_OVER
from tomoe_es.control.recipe_needs import only_closes
from tomoe_es.control.state import Control, OpenRecipe
from tomoe_es.events import Event, queue, recipe, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.observatory import LOWEST_ALTITUDE_DEG
from tomoe_es.recipe.model import Recipe
from tomoe_es.scheduling.sky import horizontal

NAME = "scheduler"
INPUTS: frozenset[type[Event]] = frozenset(
    {
        recipe.RecipeSubmitted,
        recipe.RecipeStarted,
        recipe.RecipeCompleted,
        recipe.RecipeCancelled,
        recipe.RecipeReturnedToPool,
        recipe.RecipeExpired,
        queue.ObservingResumed,
        system.NightPhaseEntered,
    }
)
QUEUED_AHEAD = 2
"""Recipes that wait in the queue; the choice among the others stays open."""
LOOK_EVERY = MINUTE
_NIGHT_OVER = "observing is over for this night"

_OVERHEAD_SECONDS = {"Pointing": 60.0, "Dithering": 10.0, "SetFocus": 10.0, "Wait": 5.0}
_EXPOSURE_OVERHEAD_SECONDS = 2.0

_DURATIONS: dict[int, tuple[Recipe, tuple[str, ...], float]] = {}
"""By the identity of a recipe, which each entry keeps alive: every decision looks at the whole pool."""
_DURATIONS_KEPT = 4096


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Queue what was submitted directly, let go what is too late, and fill up the queue."""
    cause = recorded.position if recorded is not None else 0
    decisions = []
    late = []
    for recipe_id in state.pool:
        opened = state.recipes[recipe_id]
        event: Event
        if _over(state) and not only_closes(opened.recipe):
            late.append(recipe_id)
            event = recipe.RecipeExpired(recipe_id=recipe_id, reason=_NIGHT_OVER)
        elif opened.direct:
            event = recipe.RecipeQueued(recipe_id=recipe_id, priority=opened.recipe.priority)
        elif _too_late(opened, now):
            late.append(recipe_id)
            event = recipe.RecipeExpired(recipe_id=recipe_id, reason="its window closed before its turn came")
        else:
            continue
        decisions.append(Decision(event, cause or opened.position))
    if _over(state):
        for recipe_id in state.queue:
            opened = state.recipes[recipe_id]
            if not only_closes(opened.recipe):
                event = recipe.RecipeExpired(recipe_id=recipe_id, reason=_NIGHT_OVER)
                decisions.append(Decision(event, cause or opened.position))
    plan = state.night.plan
    if plan is None or state.night.phase != "observing" or state.suspended or not state.running:
        return decisions
    room = QUEUED_AHEAD - sum(not state.recipes[each].direct for each in state.queue)
    for opened in _by_urgency(state):
        if room <= 0:
            break
        if (
            not opened.direct
            and opened.recipe_id not in late
            and observable(opened, now, plan.observing_end_us)
        ):
            queued = recipe.RecipeQueued(recipe_id=opened.recipe_id, priority=opened.recipe.priority)
            decisions.append(Decision(queued, cause or opened.position))
            room -= 1
    return decisions


def next_wakeup(state: Control, now: int) -> int | None:
    """Every full minute while somebody waits in the pool."""
    if not state.pool or state.night.phase in ("", *NIGHT_OVER):
        return None
    return (now // LOOK_EVERY + 1) * LOOK_EVERY


def duration_seconds(asked: Recipe, done: Collection[str] = ()) -> float:
    """Estimate how long a recipe takes when the exposures of these names are done already."""
    known, names = _DURATIONS.get(id(asked)), tuple(done)
    if known is not None and known[0] is asked and known[1] == names:
        return known[2]
    if len(_DURATIONS) >= _DURATIONS_KEPT:
        _DURATIONS.clear()
    seconds = _duration_seconds(asked, names)
    _DURATIONS[id(asked)] = (asked, names, seconds)
    return seconds


def _duration_seconds(asked: Recipe, done: Collection[str]) -> float:
    seconds, exposure = 0.0, 0.0
    for call in asked.operations:
        if call.name == "SetParameter":
            exposure = float(call.argument["tinteg_sec"]) * int(call.argument["nframe"])
        elif call.name == "Exposure" and call.argument in done:
            continue
        elif call.name in ("Exposure", "Dark", "Flat"):
            seconds += exposure + _EXPOSURE_OVERHEAD_SECONDS
        else:
            seconds += _OVERHEAD_SECONDS.get(call.name, 1.0)
    return seconds


def observable(opened: OpenRecipe, now: int, observing_end_us: int) -> bool:
    """Tell whether the recipe can be carried out from now on: in its window, before the end of observing, and
    high enough throughout."""
    if not opened.window_start_us <= now:
        return False
    end = _estimated_end(opened, now)
    if end > min(opened.window_end_us, observing_end_us):
        return False
    targets = [call.argument for call in opened.recipe.operations if call.name == "Pointing"]
    return all(
        horizontal(float(target["ra"]), float(target["dec"]), moment).altitude_deg > LOWEST_ALTITUDE_DEG
        for target in targets
        for moment in (now, end)
    )


def _over(state: Control) -> bool:
    return state.night.phase in SKY_OVER


def _too_late(opened: OpenRecipe, now: int) -> bool:
    return _estimated_end(opened, now) > opened.window_end_us


def _estimated_end(opened: OpenRecipe, now: int) -> int:
    return now + round(duration_seconds(opened.recipe, opened.exposures_done) * SECOND)


def _by_urgency(state: Control) -> list[OpenRecipe]:
    waiting = [state.recipes[each] for each in state.pool]
    return sorted(waiting, key=lambda each: (-each.recipe.priority, each.window_end_us, each.position))


def decider(fold: Fold) -> Decider:
    """The scheduler over the state of control."""
    assert fold.evolve is evolution.evolve, "the scheduler decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)

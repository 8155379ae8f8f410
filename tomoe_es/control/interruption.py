"""What breaks a running recipe off from outside, and what becomes of it then.

The reasons are told from the state at every step, so that one which was there before the recipe began, or
before a restart, counts like one that has just come.
"""

from __future__ import annotations

from tomoe_es.control.decider import Decision
from tomoe_es.control.recipe_needs import is_held_by_lock, lost_exposures, needs_sky, only_closes
from tomoe_es.control.state import Control, Execution, OpenRecipe
from tomoe_es.events import Event, camera, queue, recipe, telescope
from tomoe_es.events.system import NIGHT_OVER, NightPhase

SKY_OVER: tuple[NightPhase, ...] = ("shutting_down", *NIGHT_OVER)
"""Phases in which nothing looks at the sky any more."""
MOST_RETURNS = 5
"""A recipe that goes back to the pool more often than this, without an exposure between, is cancelled."""
EXPOSURE_LOST = "an exposure was lost before it was on the buffer storage"


def reason_to_interrupt(state: Control, execution: Execution) -> str | None:
    """Why the running recipe can't go on; None when it can."""
    opened = state.recipes[execution.recipe_id]
    asked, closes = opened.recipe, only_closes(opened.recipe)
    if execution.cut_off:
        return "the system was stopped in the middle of the recipe"
    if _locked_by_other(state, execution, opened):
        return f"the telescope was locked by {state.hardware.locked_by}: {state.hardware.locked_why}"
    if state.made_safe is not None and state.made_safe.at_us >= execution.started_us and not closes:
        return f"the {state.made_safe.by} closed the telescope"
    if state.night.phase in SKY_OVER and not closes:
        return "observing is over for this night"
    if needs_sky(asked) and not state.weather.safe:
        return "weather became unsafe"
    if needs_sky(asked) and state.danger:
        return ", ".join(state.suspended)
    return None


def _locked_by_other(state: Control, execution: Execution, opened: OpenRecipe) -> bool:
    other = not state.hardware.lock_is_free_for(execution.recipe_id)
    return other and is_held_by_lock(opened.recipe, execution.index)


def interrupt(state: Control, execution: Execution, reason: str, cause: int) -> list[Decision]:
    """Abort the exposure, and bring the recipe back to the pool with what is done."""
    opened = state.recipes[execution.recipe_id]
    done = list(execution.exposures_done)
    interrupted = recipe.RecipeInterrupted(
        recipe_id=execution.recipe_id, reason=reason, operation_index=execution.index, exposures_done=done
    )
    return [
        *abort_exposure(state, reason, cause),
        Decision(interrupted, cause),
        *_return(opened, done, reason, cause),
    ]


def return_what_was_lost(state: Control, cause: int) -> list[Decision]:
    """Bring recipes back that were complete, but for an exposure that never reached the buffer storage."""
    decisions: list[Decision] = []
    for opened in state.unconfirmed.values():
        if lost_exposures(opened.recipe, opened.exposures_done):
            decisions += _return(opened, list(opened.exposures_done), EXPOSURE_LOST, cause)
    return decisions


def _return(opened: OpenRecipe, done: list[str], reason: str, cause: int) -> list[Decision]:
    progress = set(done) - set(opened.exposures_done)
    event: Event
    if opened.returns >= MOST_RETURNS and not progress:
        message = f"interrupted {opened.returns + 1} times without an exposure between, last: {reason}"
        event = recipe.RecipeCancelled(
            recipe_id=opened.recipe_id, condition="InterruptedTooOften", message=message
        )
    else:
        event = recipe.RecipeReturnedToPool(recipe_id=opened.recipe_id, exposures_done=done, reason=reason)
    return [Decision(event, cause, opened.position)]


def break_off(state: Control) -> list[Decision]:
    """What an abort or an emergency asks for: recipe interrupted, everything closed, queue stopped.

    In an emergency the mount is parked by the emergency's own process.
    """
    asked = state.breaking_off
    assert asked is not None, "nobody asked to break off"
    cause, reason = asked.position, f"{asked.how} by {asked.who}: {asked.why}"
    decisions = interrupt(state, state.execution, reason, cause) if state.execution is not None else []
    events: list[Event] = [
        telescope.MirrorCoverCommanded(action="close", reason=reason),
        telescope.DomeSlitCommanded(action="close", reason=reason),
    ]
    if asked.how == "abort" and state.reconciled and not state.hardware.locked:
        events.append(telescope.MountParkCommanded(reason=reason))
    events.append(queue.QueuePaused(reason=asked.why, who=asked.who, how=asked.how))
    return [*decisions, *(Decision(event, cause) for event in events)]


def abort_exposure(state: Control, reason: str, cause: int) -> list[Decision]:
    """Have the camera stop the exposure of the running recipe, if there is one."""
    execution = state.execution
    if execution is None or execution.settings.exposure_state not in ("requested", "exposing"):
        return []
    number = execution.settings.exposure_number
    assert number is not None, "an exposure that has a state has a number"
    return [Decision(camera.ExposureAbortRequested(exposure_number=number, reason=reason), cause)]

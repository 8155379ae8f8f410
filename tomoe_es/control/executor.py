"""Takes recipes from the queue, one at a time, and carries out their operations in order.

An operation is complete when the devices' own readings say so, within its time limit. An error cancels the
recipe, and only that recipe. A recipe that is interrupted from outside returns to the pool with what is done.
"""

from __future__ import annotations

from tomoe_es.control import evolution, hardware
from tomoe_es.control import state as control_state
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.interruption import (
    EXPOSURE_LOST,
    SKY_OVER,
    abort_exposure,
    break_off,
    interrupt,
    reason_to_interrupt,
    return_what_was_lost,
)
from tomoe_es.control.recipe_needs import lost_exposures, needs_sky, needs_unlocked, only_closes
from tomoe_es.control.state import Control, Execution, OpenRecipe
from tomoe_es.events import Event, camera, queue, recipe, safety, system, transfer, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.operation import Operation
from tomoe_es.recipe.operations import operation_of, text_of
from tomoe_es.recipe.refusals import Refusal

NAME = "executor"
INPUTS: frozenset[type[Event]] = hardware.EVENT_TYPES | {
    recipe.RecipeQueued,
    recipe.RecipeStarted,
    recipe.OperationStarted,
    recipe.OperationCompleted,
    recipe.OperationSkipped,
    recipe.OperationFailed,
    recipe.RecipeCompleted,
    recipe.RecipeCancelled,
    recipe.RecipeExpired,
    recipe.RecipeReturnedToPool,
    camera.ExposureStarted,
    camera.ExposureFinished,
    camera.ExposureAborted,
    weather.WeatherBecameUnsafe,
    weather.WeatherBecameSafe,
    transfer.ExposureTransferred,
    queue.QueueStarted,
    queue.QueueAbortRequested,
    queue.ObservingSuspended,
    queue.ObservingResumed,
    safety.MakingSafeBegun,
    safety.DevicesReconciled,
    system.NightResumed,
    system.NightPhaseEntered,
}


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Go one step on: break off, start a recipe, begin an operation, or judge the one that runs."""
    if state.breaking_off is not None:
        return break_off(state)
    execution = state.execution
    cause = recorded.position if recorded is not None else execution.position if execution else 0
    lost = return_what_was_lost(state, cause)
    if lost:
        return lost
    if execution is None:
        return _take_next(state, recorded, now)
    reason = reason_to_interrupt(state, execution)
    if reason is not None:
        return interrupt(state, execution, reason, cause)
    if execution.operation_started == 0:
        return _next_operation(state, execution, now)
    return _judge_operation(state, execution, recorded, now)


def next_wakeup(state: Control, now: int) -> int | None:
    """When the running operation's time limit is over."""
    execution = state.execution
    return execution.deadline + 1 if execution is not None and execution.operation_started else None


def _slit_is_open_for(opened: OpenRecipe, known: Hardware) -> bool:
    """Tell whether the dome slit reads open, or the recipe is one that opens it."""
    if any(call.name == "DomeSlit" for call in opened.recipe.operations):
        return True
    slit = known.dome_slit
    return slit is not None and slit.state == "open" and "dome_slit" not in known.unreachable


def _take_next(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    if not state.reconciled:
        return []  # nothing moves until the true state of every device was read
    fit = state.weather.safe and not state.suspended and state.night.phase not in SKY_OVER
    for recipe_id in state.queue:
        opened = state.recipes[recipe_id]
        cause = recorded.position if recorded is not None else opened.position
        if now >= opened.window_end_us:
            expired = recipe.RecipeExpired(
                recipe_id=recipe_id, reason="its window closed while it was queued"
            )
            return [Decision(expired, cause)]
        waits_for_sky = needs_sky(opened.recipe) and not (fit and _slit_is_open_for(opened, state.hardware))
        lock_is_free = state.hardware.lock_is_free_for(recipe_id)
        waits_for_lock = state.hardware.locked and needs_unlocked(
            opened.recipe.operations, lock_is_free=lock_is_free
        )
        if waits_for_sky or waits_for_lock or _is_held_back(state, opened):
            continue
        started = recipe.RecipeStarted(recipe_id=recipe_id, exposures_done=opened.exposures_done)
        return [Decision(started, cause)]
    return []


def _is_held_back(state: Control, opened: OpenRecipe) -> bool:
    """Tell whether a stopped queue, or the end of the night, keeps the recipe waiting.

    Neither keeps the telescope from being closed and parked: when the night is over, or there has been
    nothing to do for a while.
    """
    over = state.night.phase in SKY_OVER
    if state.running and not over:
        return False
    of_the_night = opened.recipe_id in state.night.roles
    return not (only_closes(opened.recipe) and (over or of_the_night))


def _next_operation(state: Control, execution: Execution, now: int) -> list[Decision]:
    opened, cause = state.recipes[execution.recipe_id], execution.position
    index = execution.index
    if index >= len(opened.recipe.operations):
        if lost_exposures(opened.recipe, execution.exposures_done):
            return interrupt(state, execution, EXPOSURE_LOST, cause)
        return [Decision(recipe.RecipeCompleted(recipe_id=opened.recipe_id), cause)]
    call = opened.recipe.operations[index]
    if call.name == "Exposure" and str(call.argument) in opened.exposures_done:
        skipped = recipe.OperationSkipped(
            recipe_id=opened.recipe_id,
            index=index,
            operation=call.name,
            reason="taken by an earlier run of this recipe",
        )
        return [Decision(skipped, cause)]
    operation, seen = operation_of(call), control_state.situation(state, now)
    refusal = _refusal_of_control(state, operation) or operation.refusal(seen)
    if refusal is not None:
        return _fail(opened, index, operation, refusal.condition, str(refusal), cause)
    started = recipe.OperationStarted(
        recipe_id=opened.recipe_id,
        index=index,
        operation=call.name,
        text=text_of(operation),
        time_limit_seconds=operation.time_limit_seconds(seen),
    )
    return [Decision(event, cause) for event in [started, *operation.commands(seen)]]


def _judge_operation(
    state: Control, execution: Execution, recorded: Recorded | None, now: int
) -> list[Decision]:
    opened, index = state.recipes[execution.recipe_id], execution.index
    operation = operation_of(opened.recipe.operations[index])
    seen = control_state.situation(state, now)
    cause = recorded.position if recorded is not None else execution.position
    failure = operation.failure(seen)
    if failure is not None:
        return abort_exposure(state, failure, cause) + _fail(
            opened, index, operation, "DeviceFailed", failure, cause
        )
    if operation.complete(seen):
        completed = recipe.OperationCompleted(
            recipe_id=opened.recipe_id, index=index, operation=type(operation).__name__
        )
        return [Decision(completed, cause)]
    if now >= execution.deadline:
        limit = (execution.deadline - execution.operation_started) / 1e6
        message = f"{text_of(operation)}: not done within {limit:g} s ({operation.shows(seen)})"
        return abort_exposure(state, message, cause) + _fail(
            opened, index, operation, "OperationTimedOut", message, cause
        )
    return []


def _refusal_of_control(state: Control, operation: Operation) -> Refusal | None:
    """Why nothing of the kind is begun just now, whatever the operation's own conditions are."""
    if (operation.moves or operation.exposes) and state.hardware.locked:
        who, why = state.hardware.locked_by or "nobody yet tonight", state.hardware.locked_why
        by = f"{who}{f' ({why})' if why else ''}"
        return Refusal("TelescopeLocked", f"the telescope is locked by {by}: release the lock first")
    if "weather_safe" in operation.required() and state.danger:
        return Refusal("ObservingInDanger", f"observing is suspended: {', '.join(state.suspended)}")
    return None


def _fail(
    opened: OpenRecipe, index: int, operation: Operation, condition: str, message: str, cause: int
) -> list[Decision]:
    failed = recipe.OperationFailed(
        recipe_id=opened.recipe_id,
        index=index,
        operation=type(operation).__name__,
        condition=condition,
        message=message,
    )
    cancelled = recipe.RecipeCancelled(recipe_id=opened.recipe_id, condition=condition, message=message)
    return [Decision(failed, cause), Decision(cancelled, cause)]


def decider(fold: Fold) -> Decider:
    """The executor over the state of control."""
    assert fold.evolve is evolution.evolve, "the executor decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)

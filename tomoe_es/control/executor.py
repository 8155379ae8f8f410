"""Takes recipes from the queue, one at a time, and carries out their operations in order.

An operation is complete when the devices' own readings say so, within its time limit. An error cancels the
recipe, and only that recipe. A recipe that is interrupted from outside returns to the pool with what is done.
"""

from __future__ import annotations

from tomoe_es.control import evolution, hardware
from tomoe_es.control import state as control_state
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.state import Control, Execution, OpenRecipe
from tomoe_es.events import Event, camera, queue, recipe, system, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER, NightPhase
from tomoe_es.recipe.operation import Operation
from tomoe_es.recipe.operations import OPERATIONS, operation_of, text_of

NAME = "executor"
SKY_OVER: tuple[NightPhase, ...] = ("shutting_down", *NIGHT_OVER)
"""Phases in which nothing looks at the sky any more."""
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
    queue.QueueStarted,
    queue.ObservingResumed,
    system.NightResumed,
    system.NightPhaseEntered,
}


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Go one step on: start a recipe, begin an operation, or judge the one that runs."""
    execution = state.execution
    if execution is None:
        return _take_next(state, recorded, now)
    if recorded is not None and isinstance(recorded.payload, system.NightResumed):
        return _interrupt(execution, "the system was stopped in the middle of the recipe", recorded.position)
    if needs_sky(state.recipes[execution.recipe_id]):
        cause = recorded.position if recorded is not None else execution.position
        if state.night.phase in SKY_OVER:
            return _interrupt(execution, "observing is over for this night", cause)
        if not state.weather.safe:
            return _interrupt(execution, "weather became unsafe", cause)
    if execution.operation_started == 0:
        return _next_operation(state, execution, now)
    return _judge_operation(state, execution, recorded, now)


def next_wakeup(state: Control, now: int) -> int | None:
    """When the running operation's time limit is over."""
    execution = state.execution
    return execution.deadline + 1 if execution is not None and execution.operation_started else None


def needs_sky(opened: OpenRecipe) -> bool:
    """Tell whether the recipe looks at the sky, so that it waits for fit conditions."""
    return any(call.name in ("Exposure", "Flat") for call in opened.recipe.operations)


def _slit_is_open_for(opened: OpenRecipe, known: Hardware) -> bool:
    """Tell whether the dome slit reads open, or the recipe is one that opens it."""
    if any(call.name == "DomeSlit" for call in opened.recipe.operations):
        return True
    slit = known.dome_slit
    return slit is not None and slit.state == "open" and "dome_slit" not in known.unreachable


def _moves_while_locked(opened: OpenRecipe) -> bool:
    """Tell whether the recipe would move something before it has released the telescope lock."""
    for call in opened.recipe.operations:
        if call.name == "SetTelescopeLock" and call.argument is False:
            return False
        if OPERATIONS[call.name].moves:
            return True
    return False


def _take_next(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    over = state.night.phase in SKY_OVER
    if not state.running and not over:
        return []  # when the night is over, a pause does not keep the telescope from being closed
    fit = state.weather.safe and not state.suspended and not over
    for recipe_id in state.queue:
        opened = state.recipes[recipe_id]
        cause = recorded.position if recorded is not None else opened.position
        if now >= opened.window_end_us:
            expired = recipe.RecipeExpired(
                recipe_id=recipe_id, reason="its window closed while it was queued"
            )
            return [Decision(expired, cause)]
        waits_for_sky = needs_sky(opened) and not (fit and _slit_is_open_for(opened, state.hardware))
        if waits_for_sky or (state.hardware.locked and _moves_while_locked(opened)):
            continue
        started = recipe.RecipeStarted(recipe_id=recipe_id, exposures_done=opened.exposures_done)
        return [Decision(started, cause)]
    return []


def _next_operation(state: Control, execution: Execution, now: int) -> list[Decision]:
    opened, cause = state.recipes[execution.recipe_id], execution.position
    index = execution.index
    if index >= len(opened.recipe.operations):
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
    locked = operation.moves and state.hardware.locked
    refusal = _lock_refusal(state) if locked else operation.refusal(seen)
    if refusal is not None:
        condition = "TelescopeLocked" if locked else "OperationRefused"
        return _fail(opened, index, operation, condition, refusal, cause)
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
        return _abort_exposure(state, failure, cause) + _fail(
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
        return _abort_exposure(state, message, cause) + _fail(
            opened, index, operation, "OperationTimedOut", message, cause
        )
    return []


def _lock_refusal(state: Control) -> str:
    who, why = state.hardware.locked_by or "nobody yet tonight", state.hardware.locked_why
    return f"the telescope is locked by {who}{f' ({why})' if why else ''}: release the lock first"


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


def _abort_exposure(state: Control, reason: str, cause: int) -> list[Decision]:
    execution = state.execution
    if execution is None or execution.settings.exposure_state not in ("requested", "exposing"):
        return []
    number = execution.settings.exposure_number
    assert number is not None, "an exposure that has a state has a number"
    return [Decision(camera.ExposureAbortRequested(exposure_number=number, reason=reason), cause)]


def _interrupt(execution: Execution, reason: str, cause: int) -> list[Decision]:
    done = list(execution.exposures_done)
    events: list[Event] = []
    if execution.settings.exposure_state in ("requested", "exposing"):
        assert execution.settings.exposure_number is not None
        events.append(
            camera.ExposureAbortRequested(exposure_number=execution.settings.exposure_number, reason=reason)
        )
    events += [
        recipe.RecipeInterrupted(
            recipe_id=execution.recipe_id,
            reason=reason,
            operation_index=execution.index,
            exposures_done=done,
        ),
        recipe.RecipeReturnedToPool(recipe_id=execution.recipe_id, exposures_done=done, reason=reason),
    ]
    return [Decision(event, cause) for event in events]


def decider(fold: Fold) -> Decider:
    """The executor over the state of control."""
    assert fold.evolve is evolution.evolve, "the executor decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)

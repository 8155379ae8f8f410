"""Recipes and their operations. Every open recipe is in the pool, in the queue, or carried out."""

from __future__ import annotations

from tomoe_es.control.evolving.exposures import has_open_exposure
from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.state import Control, Execution, OpenRecipe, Outcome, situation
from tomoe_es.events import Event, recipe
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import OperationCall
from tomoe_es.recipe.operation import Settings
from tomoe_es.recipe.operations import operation_of


def _submitted(state: Control, recorded: Recorded, event: recipe.RecipeSubmitted) -> None:
    if event.recipe_id in state.recipes:
        return  # the same content at the same time is the same recipe
    state.recipes[event.recipe_id] = OpenRecipe(
        recipe_id=event.recipe_id,
        recipe=event.recipe,
        position=recorded.position,
        submitted_us=recorded.time,
        submitted_by=event.submitted_by,
        window_start_us=event.window_start_us,
        window_end_us=event.window_end_us,
        direct=event.direct,
    )
    state.pool.append(event.recipe_id)


def _queued(state: Control, recorded: Recorded, event: recipe.RecipeQueued) -> None:
    if event.recipe_id not in state.pool:
        return
    state.pool.remove(event.recipe_id)
    if state.recipes[event.recipe_id].direct:  # behind the other direct ones, before the scheduled ones
        state.queue.insert(sum(state.recipes[each].direct for each in state.queue), event.recipe_id)
    else:
        state.queue.append(event.recipe_id)


def _started(state: Control, recorded: Recorded, event: recipe.RecipeStarted) -> None:
    if event.recipe_id not in state.queue or state.execution is not None:
        return
    state.queue.remove(event.recipe_id)
    state.execution = Execution(
        recipe_id=event.recipe_id,
        position=recorded.position,
        started_us=recorded.time,
        settings=Settings(),
        exposures_done=list(event.exposures_done),
    )


def _operation_started(state: Control, recorded: Recorded, event: recipe.OperationStarted) -> None:
    execution, call = state.execution, _next_call(state, event)
    if execution is None or call is None:
        return
    operation = operation_of(call)
    execution.settings = operation.settings(situation(state, recorded.time))
    if operation.completes_on_acceptance:
        _not_since(state, operation.devices, recorded.time)
    execution.position, execution.operation_started = recorded.position, recorded.time
    execution.deadline = recorded.time + round(event.time_limit_seconds * 1e6)


def _not_since(state: Control, devices: tuple[str, ...], time_us: int) -> None:
    """A reading of the same microsecond, as at a restart, came before the command: it shows no obedience."""
    read_at = state.hardware.read_at
    for device in devices:
        if read_at.get(device) == time_us:
            read_at[device] = time_us - 1


def _operation_over(
    state: Control, recorded: Recorded, event: recipe.OperationCompleted | recipe.OperationSkipped
) -> None:
    execution, call = state.execution, _next_call(state, event)
    if execution is None or call is None:
        return
    if call.name == "Exposure" and isinstance(event, recipe.OperationCompleted):
        execution.exposures_done.append(str(call.argument))
    execution.index, execution.position = event.index + 1, recorded.position
    execution.operation_started = 0


def _next_call(
    state: Control, event: recipe.OperationStarted | recipe.OperationCompleted | recipe.OperationSkipped
) -> OperationCall | None:
    """The operation that an event is about; None when it is not that one's turn to begin, or to end so."""
    execution = state.execution
    if execution is None or (event.recipe_id, event.index) != (execution.recipe_id, execution.index):
        return None
    operations = state.recipes[event.recipe_id].recipe.operations
    if event.index >= len(operations):
        return None
    call = operations[event.index]
    match event:
        case recipe.OperationCompleted():
            fits = execution.operation_started != 0
        case recipe.OperationSkipped():
            fits = call.name == "Exposure"
        case _:
            fits = True
    return call if fits else None


def _operation_failed(state: Control, recorded: Recorded, event: recipe.OperationFailed) -> None:
    if state.execution is not None:
        state.execution.position = recorded.position


def _ended(outcome: Outcome) -> Handler:
    def handler(state: Control, recorded: Recorded, event: recipe.RecipeEvent) -> None:
        opened = state.recipes.pop(event.recipe_id, None)
        state.unconfirmed.pop(event.recipe_id, None)
        for waiting in (state.pool, state.queue):
            if event.recipe_id in waiting:
                waiting.remove(event.recipe_id)
        if state.execution is not None and state.execution.recipe_id == event.recipe_id:
            if opened is not None and outcome == "completed" and has_open_exposure(state, event.recipe_id):
                opened.exposures_done = list(state.execution.exposures_done)
                state.unconfirmed[event.recipe_id] = opened
            state.execution = None
            state.idle_since = recorded.time
        role = state.night.roles.get(event.recipe_id)
        if role is not None:
            state.night.outcomes[role] = (outcome, recorded.time)

    return handler


def _returned(state: Control, recorded: Recorded, event: recipe.RecipeReturnedToPool) -> None:
    opened = state.recipes.get(event.recipe_id) or state.unconfirmed.pop(event.recipe_id, None)
    if opened is None:
        return
    state.recipes[event.recipe_id] = opened
    opened.returns = 1 if set(event.exposures_done) - set(opened.exposures_done) else opened.returns + 1
    opened.exposures_done = list(event.exposures_done)
    for waiting in (state.pool, state.queue):
        if event.recipe_id in waiting:
            waiting.remove(event.recipe_id)
    if state.execution is not None and state.execution.recipe_id == event.recipe_id:
        state.execution = None
        state.idle_since = recorded.time
    state.pool.append(event.recipe_id)


HANDLERS: dict[type[Event], Handler] = {
    recipe.RecipeSubmitted: _submitted,
    recipe.RecipeQueued: _queued,
    recipe.RecipeStarted: _started,
    recipe.OperationStarted: _operation_started,
    recipe.OperationCompleted: _operation_over,
    recipe.OperationSkipped: _operation_over,
    recipe.OperationFailed: _operation_failed,
    recipe.RecipeCompleted: _ended("completed"),
    recipe.RecipeCancelled: _ended("cancelled"),
    recipe.RecipeExpired: _ended("expired"),
    recipe.RecipeReturnedToPool: _returned,
}

"""How each event changes the state of control.

An event that does not fit the state changes nothing, so that one in the log never keeps a night from being
started or resumed; the monitor reports it. Every open recipe is in the pool, in the queue, or carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from tomoe_es.control import hardware, weather_limits
from tomoe_es.control.recipe_needs import lost_exposures
from tomoe_es.control.state import (
    BreakingOff,
    Control,
    Execution,
    Hand,
    MadeSafe,
    NightState,
    OpenExposure,
    OpenRecipe,
    Outcome,
    WeatherState,
    situation,
)
from tomoe_es.control.storage_limits import has_no_room
from tomoe_es.events import Event, camera, queue, recipe, safety, system, telescope, transfer, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import OperationCall
from tomoe_es.recipe.operation import Settings
from tomoe_es.recipe.operations import operation_of


def evolve(state: Control, recorded: Recorded) -> Control:
    """Take one event in; the state given is changed and returned."""
    handler = _HANDLERS.get(type(recorded.payload))
    if handler is not None:
        handler(state, recorded, recorded.payload)
    return state


def _hardware(state: Control, recorded: Recorded, event: Event) -> None:
    hardware.evolve(state.hardware, recorded)


def _night_planned(state: Control, recorded: Recorded, event: system.NightPlanned) -> None:
    state.night = NightState(plan=event, position=recorded.position)
    state.weather = WeatherState()
    state.suspended, state.danger, state.made_safe = [], False, None
    state.reconciled = False


def _phase_entered(state: Control, recorded: Recorded, event: system.NightPhaseEntered) -> None:
    state.night.phase, state.night.phase_since = event.phase, recorded.time
    state.night.position = recorded.position


def _night_resumed(state: Control, recorded: Recorded, event: system.NightResumed) -> None:
    state.reconciled = False
    if state.execution is not None:
        state.execution.cut_off = True


def _reconciled(state: Control, recorded: Recorded, event: safety.DevicesReconciled) -> None:
    state.reconciled = True


def _making_safe(state: Control, recorded: Recorded, event: safety.MakingSafeBegun) -> None:
    state.made_safe = MadeSafe(event.by, list(event.reasons), recorded.time)
    if event.by == "emergency":
        why = ", ".join(event.reasons)
        state.breaking_off = BreakingOff(event.who, "emergency", why, recorded.position)


def _abort_requested(state: Control, recorded: Recorded, event: queue.QueueAbortRequested) -> None:
    state.breaking_off = BreakingOff(event.who, "abort", event.why, recorded.position)


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


def _role_issued(state: Control, recorded: Recorded, event: system.DailyRecipeIssued) -> None:
    state.night.roles[event.recipe_id] = event.role
    state.night.outcomes.pop(event.role, None)


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


def _ended(outcome: Outcome) -> Callable[[Control, Recorded, Any], None]:
    def handler(state: Control, recorded: Recorded, event: recipe.RecipeEvent) -> None:
        opened = state.recipes.pop(event.recipe_id, None)
        state.unconfirmed.pop(event.recipe_id, None)
        for waiting in (state.pool, state.queue):
            if event.recipe_id in waiting:
                waiting.remove(event.recipe_id)
        if state.execution is not None and state.execution.recipe_id == event.recipe_id:
            if opened is not None and outcome == "completed" and _has_open_exposure(state, event.recipe_id):
                opened.exposures_done = list(state.execution.exposures_done)
                state.unconfirmed[event.recipe_id] = opened
            state.execution = None
            state.idle_since = recorded.time
        role = state.night.roles.get(event.recipe_id)
        if role is not None:
            state.night.outcomes[role] = (outcome, recorded.time)

    return handler


def _has_open_exposure(state: Control, recipe_id: str) -> bool:
    return any(each.request.recipe_id == recipe_id for each in state.exposures.values())


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


def _exposure_requested(state: Control, recorded: Recorded, event: camera.ExposureRequested) -> None:
    state.last_exposure_number = event.exposure_number
    state.exposures[event.exposure_number] = OpenExposure(request=event, position=recorded.position)
    if state.execution is not None:
        state.execution.settings = msgspec.structs.replace(
            state.execution.settings, exposure_number=event.exposure_number, exposure_state="requested"
        )


def _exposure_state(
    new: Literal["exposing", "finished", "aborted"],
) -> Callable[[Control, Recorded, Any], None]:
    def handler(state: Control, recorded: Recorded, event: camera.ExposureEvent) -> None:
        opened = state.exposures.get(event.exposure_number)
        if opened is not None and new == "aborted":
            _take_back(state, opened)
        elif opened is not None and new != "aborted":
            opened.state = new
        execution = state.execution
        if execution is not None and execution.settings.exposure_number == event.exposure_number:
            execution.settings = msgspec.structs.replace(execution.settings, exposure_state=new)

    return handler


def _acquired(state: Control, recorded: Recorded, event: camera.ChipCubeAcquired) -> None:
    opened = state.exposures.get(event.exposure_number)
    if opened is not None:
        opened.acquired.append(event.frame_id)


def _accounted(
    state: Control, recorded: Recorded, event: transfer.ChipCubeBuffered | transfer.ChipCubeLost
) -> None:
    opened = state.exposures.get(event.exposure_number)
    if opened is not None:
        opened.accounted.append(event.frame_id)


def _transferred(state: Control, recorded: Recorded, event: transfer.ExposureTransferred) -> None:
    opened = state.exposures.get(event.exposure_number)
    if opened is None:
        return
    if event.buffered == 0:
        _take_back(state, opened)
        return
    del state.exposures[event.exposure_number]
    complete = state.unconfirmed.get(opened.request.recipe_id)
    if complete is not None and not lost_exposures(complete.recipe, complete.exposures_done):
        _confirm(state, complete.recipe_id)


def _confirm(state: Control, recipe_id: str) -> None:
    if not _has_open_exposure(state, recipe_id):
        del state.unconfirmed[recipe_id]


def _take_back(state: Control, exposure: OpenExposure) -> None:
    """Nothing is left of an exposure: it is over, and the recipe's next run takes it again."""
    asked = exposure.request
    del state.exposures[asked.exposure_number]
    finished = state.unconfirmed.get(asked.recipe_id)
    for holder in (state.recipes.get(asked.recipe_id), finished, state.execution):
        if holder is not None and holder.recipe_id == asked.recipe_id and asked.name in holder.exposures_done:
            holder.exposures_done = [each for each in holder.exposures_done if each != asked.name]


def _became_unsafe(state: Control, recorded: Recorded, event: weather.WeatherBecameUnsafe) -> None:
    state.weather.safe, state.weather.good_since = False, 0


def _became_safe(state: Control, recorded: Recorded, event: weather.WeatherBecameSafe) -> None:
    state.weather.safe = True


def _cloudy(state: Control, recorded: Recorded, event: weather.SkyBecameCloudy) -> None:
    state.weather.cloudy = state.weather.sky_known = True


def _clear(state: Control, recorded: Recorded, event: weather.SkyBecameClear) -> None:
    state.weather.cloudy, state.weather.sky_known = False, True


def _weather_read(state: Control, recorded: Recorded, event: weather.WeatherRead) -> None:
    before = state.hardware.read_at.get("weather", recorded.time)
    if hardware.is_late(state.hardware, recorded):
        return
    known = state.weather
    known.same_readings = known.same_readings + 1 if event == state.hardware.weather else 1
    hardware.evolve(state.hardware, recorded)
    if known.same_readings >= weather_limits.FROZEN_AFTER:
        known.good_since = known.clear_since = known.cloud_since = 0
        return
    if recorded.time - before > weather_limits.STALE_AFTER:
        known.good_since = known.clear_since = known.cloud_since = 0
    good, cloudy = not weather_limits.exceeded(event), weather_limits.is_cloudy(event)
    known.good_since = (known.good_since or recorded.time) if good else 0
    known.clear_since = 0 if cloudy else (known.clear_since or recorded.time)
    known.cloud_since = (known.cloud_since or recorded.time) if cloudy else 0


def _unreachable(state: Control, recorded: Recorded, event: telescope.DeviceUnreachable) -> None:
    hardware.evolve(state.hardware, recorded)
    if event.device == "weather":
        state.weather.good_since = state.weather.clear_since = state.weather.cloud_since = 0


def _opened_or_closed(
    state: Control, recorded: Recorded, event: telescope.MirrorCoverCommanded | telescope.DomeSlitCommanded
) -> None:
    state.told[event.stream()] = (event.action, recorded.time)
    if event.action == "close":
        state.weather.closed_at = recorded.time


def _told(state: Control, recorded: Recorded, event: Event) -> None:
    state.told[event.stream()] = (type(event).__name__, recorded.time)


def _queue_started(state: Control, recorded: Recorded, event: queue.QueueStarted) -> None:
    state.running, state.hand, state.breaking_off = True, None, None
    state.weather.closings, state.weather.budget_told = 0, False


def _queue_paused(state: Control, recorded: Recorded, event: queue.QueuePaused) -> None:
    state.running = False
    if event.how != "stop":
        state.breaking_off = None
    state.hand = Hand(event.who, event.how, event.reason, recorded.time)


def _budget_told(state: Control, recorded: Recorded, event: queue.ReopeningsUsedUp) -> None:
    state.weather.budget_told = True


def _suspended(state: Control, recorded: Recorded, event: queue.ObservingSuspended) -> None:
    state.weather.closings += event.danger and not state.danger
    state.suspended, state.danger = list(event.reasons), event.danger


def _resumed(state: Control, recorded: Recorded, event: queue.ObservingResumed) -> None:
    state.suspended, state.danger = [], False


def _storage_read(state: Control, recorded: Recorded, event: system.StorageRead) -> None:
    chips = len(state.night.plan.chips) if state.night.plan is not None else 0
    if event.storage == "buffer":
        state.buffer_full = has_no_room(event, chips, before=state.buffer_full)
    elif event.storage == "log":
        state.log_full = has_no_room(event, chips, before=state.log_full)


_HANDLERS: dict[type[Event], Callable[[Control, Recorded, Any], None]] = {
    **dict.fromkeys(hardware.EVENT_TYPES, _hardware),
    system.NightPlanned: _night_planned,
    system.NightPhaseEntered: _phase_entered,
    system.NightResumed: _night_resumed,
    system.StorageRead: _storage_read,
    safety.DevicesReconciled: _reconciled,
    safety.MakingSafeBegun: _making_safe,
    system.DailyRecipeIssued: _role_issued,
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
    camera.ExposureRequested: _exposure_requested,
    camera.ExposureStarted: _exposure_state("exposing"),
    camera.ExposureFinished: _exposure_state("finished"),
    camera.ExposureAborted: _exposure_state("aborted"),
    camera.ChipCubeAcquired: _acquired,
    transfer.ChipCubeBuffered: _accounted,
    transfer.ChipCubeLost: _accounted,
    transfer.ExposureTransferred: _transferred,
    weather.WeatherBecameUnsafe: _became_unsafe,
    weather.WeatherBecameSafe: _became_safe,
    weather.SkyBecameCloudy: _cloudy,
    weather.SkyBecameClear: _clear,
    weather.WeatherRead: _weather_read,
    telescope.DeviceUnreachable: _unreachable,
    telescope.MirrorCoverCommanded: _opened_or_closed,
    telescope.DomeSlitCommanded: _opened_or_closed,
    telescope.MountSlewCommanded: _told,
    telescope.MountParkCommanded: _told,
    telescope.MountStopCommanded: _told,
    telescope.DomeRotationCommanded: _told,
    telescope.DomeRotationStopCommanded: _told,
    telescope.FocusCommanded: _told,
    telescope.FocusStopCommanded: _told,
    queue.QueueStarted: _queue_started,
    queue.QueuePaused: _queue_paused,
    queue.ReopeningsUsedUp: _budget_told,
    queue.QueueAbortRequested: _abort_requested,
    queue.ObservingSuspended: _suspended,
    queue.ObservingResumed: _resumed,
}
EVENT_TYPES: frozenset[type[Event]] = frozenset(_HANDLERS)

"""What the log tells of the night, its recipes, processes and storages, and of what is left to reduce."""

from __future__ import annotations

from tomoe_es.control.storage_limits import has_no_room
from tomoe_es.events import Event, recipe, reduction, safety, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Handler, Known, OpenRecipe, Running
from tomoe_es.safety.silence import EXECUTOR


def _fell_silent(known: Known, recorded: Recorded, event: safety.ProcessFellSilent) -> None:
    known.unheard |= event.process == EXECUTOR


def _heard_again(known: Known, recorded: Recorded, event: safety.ProcessHeardAgain) -> None:
    if event.process == EXECUTOR:
        known.unheard, known.heard_us = False, recorded.time


def _planned(known: Known, recorded: Recorded, event: system.NightPlanned) -> None:
    known.plan, known.phase, known.phase_at = event, "", recorded.position
    known.names_code = recorded.code > 0
    known.calibrations = []
    known.same_weather = 0
    known.unheard, known.power_us = False, 0
    _taken_over(known, recorded, event)


def _taken_over(known: Known, recorded: Recorded, event: Event) -> None:
    """Only the newest process of a name goes on: the one before it was killed."""
    known.processes = {name: dict([*alive.items()][-1:]) for name, alive in known.processes.items()}


def _resumed(known: Known, recorded: Recorded, event: system.NightResumed) -> None:
    """What was exposed or ordered when the system stopped is cut off: nobody waits for it any more."""
    known.unheard, known.heard_us = False, recorded.time
    known.names_code = recorded.code > 0
    _taken_over(known, recorded, event)
    known.orders.clear()
    if known.exposing is not None:
        known.exposing.abort_asked = True


def _phase(known: Known, recorded: Recorded, event: system.NightPhaseEntered) -> None:
    known.phase, known.phase_at = event.phase, recorded.position


def _submitted(known: Known, recorded: Recorded, event: recipe.RecipeSubmitted) -> None:
    opened = OpenRecipe(event.recipe, recorded.position, event.window_start_us, event.window_end_us)
    known.recipes.setdefault(event.recipe_id, opened)


def _started(known: Known, recorded: Recorded, event: recipe.RecipeStarted) -> None:
    former = known.running
    known.running = Running(event.recipe_id, recorded.position)
    if former is not None and former.recipe_id != event.recipe_id:
        known.running.beside, known.running.beside_started = former.recipe_id, former.started


def _operation(known: Known, recorded: Recorded, event: recipe.OperationStarted) -> None:
    if known.running is not None and known.running.recipe_id == event.recipe_id:
        known.running.index = event.index


def _interrupted(known: Known, recorded: Recorded, event: recipe.RecipeEvent) -> None:
    if known.running is not None and known.running.recipe_id == event.recipe_id:
        known.running = None


def _recipe_over(known: Known, recorded: Recorded, event: recipe.RecipeEvent) -> None:
    known.recipes.pop(event.recipe_id, None)
    _interrupted(known, recorded, event)


def _process_started(known: Known, recorded: Recorded, event: system.ProcessStarted) -> None:
    alive = list(known.processes.get(event.process, {}).items())
    known.processes[event.process] = dict([*alive[-1:], (event.pid, recorded.position)])


def _process_stopped(known: Known, recorded: Recorded, event: system.ProcessStopped) -> None:
    alive = known.processes.get(event.process, {})
    alive.pop(event.pid, None)
    if not alive:
        known.processes.pop(event.process, None)


def _queued(known: Known, recorded: Recorded, event: reduction.ReductionQueued) -> None:
    known.unreduced += len(event.frame_ids)


def _reduced(known: Known, recorded: Recorded, event: Event) -> None:
    if known.unreduced:  # a result may come a second time, after a lost lease
        known.unreduced -= 1


def _failed(known: Known, recorded: Recorded, event: reduction.ReductionFailed) -> None:
    known.unreduced = max(0, known.unreduced - event.given_up)


def _storage(known: Known, recorded: Recorded, event: system.StorageRead) -> None:
    chips = len(known.plan.chips) if known.plan is not None else 0
    before = event.storage in known.no_room
    after = has_no_room(event, chips, before=before)
    if after and not before:
        known.no_room.append(event.storage)
    elif before and not after:
        known.no_room.remove(event.storage)


HANDLERS: dict[type[Event], Handler] = {
    system.NightPlanned: _planned,
    system.NightResumed: _resumed,
    system.NightPhaseEntered: _phase,
    recipe.RecipeSubmitted: _submitted,
    recipe.RecipeStarted: _started,
    recipe.OperationStarted: _operation,
    recipe.RecipeCompleted: _recipe_over,
    recipe.RecipeCancelled: _recipe_over,
    recipe.RecipeExpired: _recipe_over,
    recipe.RecipeInterrupted: _interrupted,
    recipe.RecipeReturnedToPool: _interrupted,
    safety.ProcessFellSilent: _fell_silent,
    safety.ProcessHeardAgain: _heard_again,
    system.StorageRead: _storage,
    system.ProcessStarted: _process_started,
    system.ProcessStopped: _process_stopped,
    reduction.ReductionQueued: _queued,
    reduction.ReductionFinished: _reduced,
    reduction.ReductionFailed: _failed,
}

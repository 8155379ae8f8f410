"""Exposures, from the request until all their chip-cubes are accounted for."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.recipe_needs import lost_exposures
from tomoe_es.control.state import Control, OpenExposure
from tomoe_es.events import Event, camera, transfer
from tomoe_es.events.envelope import Recorded


def _exposure_requested(state: Control, recorded: Recorded, event: camera.ExposureRequested) -> None:
    state.last_exposure_number = event.exposure_number
    state.exposures[event.exposure_number] = OpenExposure(request=event, position=recorded.position)
    if state.execution is not None:
        state.execution.settings = msgspec.structs.replace(
            state.execution.settings, exposure_number=event.exposure_number, exposure_state="requested"
        )


def _exposure_state(
    new: Literal["exposing", "finished", "aborted"],
) -> Handler:
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


def has_open_exposure(state: Control, recipe_id: str) -> bool:
    """Tell whether chip-cubes of a recipe are still to be accounted for."""
    return any(each.request.recipe_id == recipe_id for each in state.exposures.values())


def _confirm(state: Control, recipe_id: str) -> None:
    if not has_open_exposure(state, recipe_id):
        del state.unconfirmed[recipe_id]


def _take_back(state: Control, exposure: OpenExposure) -> None:
    """Nothing is left of an exposure: it is over, and the recipe's next run takes it again."""
    asked = exposure.request
    del state.exposures[asked.exposure_number]
    finished = state.unconfirmed.get(asked.recipe_id)
    for holder in (state.recipes.get(asked.recipe_id), finished, state.execution):
        if holder is not None and holder.recipe_id == asked.recipe_id and asked.name in holder.exposures_done:
            holder.exposures_done = [each for each in holder.exposures_done if each != asked.name]


HANDLERS: dict[type[Event], Handler] = {
    camera.ExposureRequested: _exposure_requested,
    camera.ExposureStarted: _exposure_state("exposing"),
    camera.ExposureFinished: _exposure_state("finished"),
    camera.ExposureAborted: _exposure_state("aborted"),
    camera.ChipCubeAcquired: _acquired,
    transfer.ChipCubeBuffered: _accounted,
    transfer.ChipCubeLost: _accounted,
    transfer.ExposureTransferred: _transferred,
}

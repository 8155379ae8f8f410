"""How events change the state of control: whatever the log holds, the fold bears it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
from hypothesis import given

from tests.projections.any_events import any_moments
from tests.projections.night_story import Moment, recipe_id_of, whole_night
from tests.tomoe_es.control.observatory import make_recipe, submitted, survey
from tomoe_es.clock import SECOND
from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.state import Control
from tomoe_es.events import ErasedPayload, Event, camera, queue, recipe, transfer
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import Recipe

START = 1_702_366_800 * SECOND


def fold(moments: Iterable[Moment], state: Control | None = None) -> Control:
    state = state or control_state.initial()
    for position, (time, event) in enumerate(moments, start=1):
        evolution.evolve(state, Recorded(position, event.stream(), position, time, 0, 0, 0, "", event))
    return state


def told(*events: Event) -> Control:
    return fold((START + number * SECOND, event) for number, event in enumerate(events))


@given(moments=any_moments())
def test_any_sequence_of_events_is_borne(moments: list[Moment]) -> None:
    state = fold(moments)

    # every open recipe is in one place
    carried_out = [state.execution.recipe_id] if state.execution is not None else []
    places = Counter([*state.pool, *state.queue, *carried_out])
    assert set(places) == set(state.recipes)
    assert set(places.values()) <= {1}


IDENTITY = submitted(survey(2), START).recipe_id


def carried_out(asked: Recipe) -> list[Event]:
    """From the submission to the first operation."""
    event = submitted(asked, START)
    return [
        event,
        queue.QueueStarted(reason="test"),
        recipe.RecipeQueued(recipe_id=event.recipe_id, priority=0.5),
        recipe.RecipeStarted(recipe_id=event.recipe_id, exposures_done=[]),
    ]


def begun(identity: str, index: int, operation: str) -> recipe.OperationStarted:
    return recipe.OperationStarted(
        recipe_id=identity, index=index, operation=operation, text="", time_limit_seconds=1.0
    )


def test_a_dithering_whose_pointing_never_came_is_left_out() -> None:
    asked = make_recipe(("Pointing", {"ra": 19.7, "dec": 29.7}), ("Dithering", [0, 10]))
    before = carried_out(asked)
    identity = before[0].recipe_id  # type: ignore[attr-defined]
    skipped = recipe.OperationSkipped(recipe_id=identity, index=0, operation="Pointing", reason="")
    completed = recipe.OperationCompleted(recipe_id=identity, index=0, operation="Pointing")

    state = told(*before, skipped, completed, begun(identity, 1, "Dithering"))

    assert state.execution is not None
    assert (state.execution.index, state.execution.operation_started) == (0, 0)


def test_an_operation_of_another_recipe_changes_nothing() -> None:
    state = told(*carried_out(survey(2)), begun(recipe_id_of(1), 0, "SetFocus"))

    assert state.execution is not None
    assert state.execution.operation_started == 0


REQUESTED = camera.ExposureRequested(
    exposure_number=1,
    recipe_id=IDENTITY,
    name="field_dith1",
    data_type="OBJECT",
    gain="high",
    exposure_seconds=0.5,
    frames=18,
    pipeline=["stack"],
    observer="",
    project="",
    lane="default",
    ra_deg=0.0,
    dec_deg=0.0,
    night="2023-12-12",
)
RETURNED = recipe.RecipeReturnedToPool(
    recipe_id=IDENTITY, exposures_done=["field_dith1", "field_dith2"], reason="the system was stopped"
)


def transferred(buffered: int, lost: int) -> transfer.ExposureTransferred:
    return transfer.ExposureTransferred(exposure_number=1, buffered=buffered, lost=lost)


def test_an_exposure_of_which_nothing_is_left_is_not_done() -> None:
    before = carried_out(survey(2))

    state = told(*before, REQUESTED, RETURNED, transferred(buffered=0, lost=2))

    assert state.recipes[IDENTITY].exposures_done == ["field_dith2"]
    assert not state.exposures


def test_an_exposure_of_which_a_chip_is_left_is_done() -> None:
    before = carried_out(survey(2))

    state = told(*before, REQUESTED, RETURNED, transferred(buffered=1, lost=1))

    assert state.recipes[IDENTITY].exposures_done == ["field_dith1", "field_dith2"]


def test_an_exposure_that_was_aborted_is_not_done() -> None:
    before = carried_out(survey(2))

    state = told(*before, REQUESTED, RETURNED, camera.ExposureAborted(exposure_number=1, reason="test"))

    assert state.recipes[IDENTITY].exposures_done == ["field_dith2"]


def test_an_exposure_lost_while_its_recipe_is_carried_out_is_not_done() -> None:
    before = carried_out(survey(2))
    started = recipe.RecipeStarted(recipe_id=IDENTITY, exposures_done=["field_dith1"])

    state = told(*before[:-1], started, REQUESTED, transferred(buffered=0, lost=2))

    assert state.execution is not None
    assert state.execution.exposures_done == []


def test_a_finished_night_of_which_a_recipe_was_erased_is_folded_to_the_same_state() -> None:
    night = list(whole_night())
    over = {event.recipe_id for _, event in night if isinstance(event, recipe.RecipeCompleted)}
    whole, gone = control_state.initial(), control_state.initial()
    erased = 0
    for position, (time, event) in enumerate(night, start=1):
        recorded = Recorded(position, event.stream(), position, time, 0, 0, 0, "", event)
        evolution.evolve(whole, recorded)
        if isinstance(event, recipe.RecipeSubmitted) and event.recipe_id in over:
            payload = ErasedPayload(of_type="RecipeSubmitted", sha256="0" * 64)
            recorded = msgspec.structs.replace(recorded, payload=payload)
            erased += 1
        evolution.evolve(gone, recorded)

    assert erased
    assert whole.idle_since  # since when nothing was carried out is told by the end of a recipe that was
    assert msgspec.structs.replace(gone, idle_since=whole.idle_since) == whole

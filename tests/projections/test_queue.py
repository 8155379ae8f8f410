"""The queue as its events tell it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from projections.queue import PROJECTION
from tests.projections.folding import folded
from tests.projections.night_story import START, Moment, Story, recipe_id_of
from tomoe_es.events import queue, recipe, system


def submitted(story: Story, number: int, direct: bool = False) -> Moment:
    ((time, event),) = story.submitted(number, 2)
    return time, msgspec.structs.replace(event, direct=direct)


def queued(story: Story, number: int, direct: bool = False) -> Iterator[Moment]:
    yield submitted(story, number, direct)
    yield story.at(recipe.RecipeQueued(recipe_id=recipe_id_of(number), priority=number / 10), 1)


def started(story: Story, number: int) -> Iterator[Moment]:
    yield from queued(story, number)
    yield story.at(recipe.RecipeStarted(recipe_id=recipe_id_of(number), exposures_done=[]), 1)


def test_recipes_wait_in_the_order_in_which_they_were_queued() -> None:
    story = Story()
    state = folded(PROJECTION, [*queued(story, 1), *queued(story, 2)])

    assert [each.recipe_id for each in state.first(10)] == [recipe_id_of(1), recipe_id_of(2)]
    assert [each.priority for each in state.first(1)] == [0.1]
    assert state.first(1)[0].queued_us == START + 2_000_000


def test_direct_recipes_go_before_the_scheduled_ones_in_their_own_order() -> None:
    story = Story()
    moments = [*queued(story, 1), *queued(story, 2, direct=True), *queued(story, 3, direct=True)]

    assert folded(PROJECTION, moments).waiting == [recipe_id_of(2), recipe_id_of(3), recipe_id_of(1)]


def test_the_executing_recipe_is_at_an_operation() -> None:
    story = Story()
    operation = story.operation(recipe_id_of(1), 1, "Exposure", "Exposure: field1_dith1")
    state = folded(PROJECTION, [*started(story, 1), *operation])

    assert state.waiting == []
    assert (state.execution.recipe_id, state.execution.index) == (recipe_id_of(1), 1)
    assert (state.execution.text, state.operation()) == ("Exposure: field1_dith1", "Exposure")
    assert state.execution.since_us == story.now


def test_between_operations_it_is_at_the_next_one() -> None:
    story = Story()
    done = recipe.OperationCompleted(recipe_id=recipe_id_of(1), index=0, operation="Pointing")
    operation = story.operation(recipe_id_of(1), 0, "Pointing", "Pointing")
    state = folded(PROJECTION, [*started(story, 1), *operation, story.at(done)])

    assert (state.execution.index, state.execution.text, state.operation()) == (1, "", "Exposure")


def test_what_is_over_is_forgotten() -> None:
    story = Story()
    over = recipe.RecipeCompleted(recipe_id=recipe_id_of(1))
    state = folded(PROJECTION, [*started(story, 1), story.at(over)])

    assert state.execution is None
    assert state.recipes == {}


def test_an_interrupted_recipe_can_be_queued_again() -> None:
    story = Story()
    returned = recipe.RecipeReturnedToPool(recipe_id=recipe_id_of(1), exposures_done=["a"], reason="rain")
    again = recipe.RecipeQueued(recipe_id=recipe_id_of(1), priority=0.5)
    state = folded(PROJECTION, [*started(story, 1), story.at(returned), story.at(again)])

    assert state.execution is None
    assert state.waiting == [recipe_id_of(1)]


def test_suspension_and_pause_are_told_with_their_reasons() -> None:
    story = Story()
    moments = [
        story.at(queue.QueuePaused(reason="lunch", who="M. Tanaka"), 1),
        story.at(queue.ObservingSuspended(reasons=["rain", "wind"]), 1),
    ]
    state = folded(PROJECTION, moments)
    assert (state.mode, state.reason) == ("suspended", "rain, wind")

    state = folded(PROJECTION, [*moments, story.at(queue.ObservingResumed(reason="dry"), 1)])
    assert (state.mode, state.since_us, state.held_by) == ("paused", story.now, "M. Tanaka")

    state = folded(PROJECTION, [*moments[:1], story.at(queue.QueueStarted(reason="back"))])
    assert (state.mode, state.reason, state.held_by) == ("running", "back", "")


def test_a_new_night_is_not_suspended() -> None:
    story = Story()
    suspended = story.at(queue.ObservingSuspended(reasons=["rain"]))
    plan = next(each for each in story.evening() if isinstance(each[1], system.NightPlanned))

    assert folded(PROJECTION, [suspended, plan]).mode == "running"

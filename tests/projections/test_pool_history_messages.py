"""Pool, history and messages as their events tell them."""

from __future__ import annotations

import msgspec

from projections import history, messages, pool
from tests.projections.folding import folded, folded_with_rows
from tests.projections.night_story import START, Story, recipe_id_of, survey, whole_night
from tomoe_es.clock import SECOND
from tomoe_es.events import recipe, system


def test_the_most_urgent_waits_first_and_what_is_queued_does_not_wait() -> None:
    story = Story()
    urgent = recipe.RecipeSubmitted(
        recipe_id=recipe_id_of(9),
        recipe=msgspec.structs.replace(survey(9, 1), priority=0.99),
        source="",
        source_name="alert",
        submitted_by="alert",
        window_start_us=START,
        window_end_us=START + SECOND,
        direct=False,
    )
    moments = [*story.submitted(1, 1), *story.submitted(2, 1), story.at(urgent)]
    moments.append(story.at(recipe.RecipeQueued(recipe_id=recipe_id_of(1), priority=0.9)))
    state = folded(pool.PROJECTION, moments)

    assert [each.recipe_id for each in state.waiting()] == [recipe_id_of(9), recipe_id_of(2)]
    assert state.recipes[recipe_id_of(1)].state == "queued"


def test_a_returned_recipe_waits_with_what_is_done_marked() -> None:
    story = Story()
    returned = recipe.RecipeReturnedToPool(
        recipe_id=recipe_id_of(1), exposures_done=["field1_dith1"], reason="rain"
    )
    started = recipe.RecipeStarted(recipe_id=recipe_id_of(1), exposures_done=[])
    state = folded(pool.PROJECTION, [*story.submitted(1, 2), story.at(started), story.at(returned)])

    (waiting,) = state.waiting()
    assert waiting.exposures_done == ("field1_dith1",)


def test_the_pool_forgets_what_is_over() -> None:
    assert list(folded(pool.PROJECTION, whole_night()).recipes) == [recipe_id_of(6)]


def test_history_has_a_row_for_each_recipe_that_is_over() -> None:
    state, rows = folded_with_rows(history.PROJECTION, whole_night())

    assert [row[1] for _, row in rows] == [recipe_id_of(number) for number in (1, 2, 3, 4, 5)]
    assert [row[7] for _, row in rows] == ["done"] * 4 + ["cancelled"]
    assert rows[-1][1][8:] == ("OperationTimedOut", "the mount did not arrive")
    assert list(state.recipes) == [recipe_id_of(6)]


def test_an_expired_recipe_never_started() -> None:
    story = Story()
    expired = recipe.RecipeExpired(recipe_id=recipe_id_of(1), reason="window closed")
    _, ((table, row),) = folded_with_rows(
        history.PROJECTION, [*story.submitted(1, 1), story.at(expired, 3600)]
    )

    assert table == "history"
    assert row[5:] == (0, story.now, "expired", "expired", "window closed")


def test_only_the_newest_messages_are_kept() -> None:
    story = Story()
    moments = [
        story.at(system.MessagePosted(recipe_id="", text=f"ping {number}"), 1) for number in range(150)
    ]
    state = folded(messages.PROJECTION, moments)

    assert [line.text for line in state.newest_messages(2)] == ["ping 149", "ping 148"]
    assert len(state.posted) == 100

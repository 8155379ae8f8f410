"""Recipes one after the other; the queue is paused, aborted, started and resumed."""

from __future__ import annotations

from typing import Any

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.executor.observed import (
    DONE,
    ONLY,
    WAITING,
)
from tests.tomoe_es.control.observatory import CHIPS, NIGHT, Observatory, make_recipe, submitted, survey
from tomoe_es.clock import SECOND
from tomoe_es.control import executor
from tomoe_es.events import camera, queue, recipe, system, telescope, transfer


class TestQueue:
    def test_direct_recipes_go_first_in_their_order(self, night: Observatory) -> None:
        night.record(queue.QueuePaused(reason="test"))
        ordinary = night.submit(survey(1), direct=False)
        night.run_for(60)
        direct = [night.submit(make_recipe(("SendMessage", f"{number}"))) for number in range(2)]

        assert night.control.pool == [ordinary]  # a paused queue is not filled
        night.record(queue.QueueStarted(reason="test"))
        night.run_for(300)

        started = [each.recipe_id for each in night.told(recipe.RecipeStarted)]
        assert started == [*direct, ordinary]

    def test_a_direct_recipe_overtakes_those_that_the_scheduler_queued(self, night: Observatory) -> None:
        first, second = (night.submit(survey(1, comment=each), direct=False) for each in ("a", "b"))
        night.run_until_seen(camera.ExposureStarted)
        assert night.control.queue == [second]

        urgent = night.submit(survey(1, comment="target of opportunity"))
        night.run_for(600)

        assert [each.recipe_id for each in night.told(recipe.RecipeStarted)] == [first, urgent, second]

    def test_a_paused_queue_lets_the_running_recipe_finish(self, night: Observatory) -> None:
        running = night.submit(make_recipe(("SetFocus", 33.0)))
        waiting = night.submit(make_recipe(("SendMessage", "ping")))

        night.record(queue.QueuePaused(reason="test"))
        night.run_for(60)

        assert night.story(running) == DONE
        assert night.story(waiting) == WAITING
        night.record(queue.QueueStarted(reason="test"))
        assert night.story(waiting) == DONE

    def test_a_pause_does_not_keep_the_telescope_open_when_the_night_is_over(
        self, night: Observatory
    ) -> None:
        night.record(queue.QueuePaused(reason="forgotten"))

        night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))
        closing = night.submit(make_recipe(("MirrorCover", "close")))
        night.run_for(60)

        assert night.story(closing) == DONE

    def test_a_recipe_whose_window_closes_in_the_queue_expires(self, night: Observatory) -> None:
        night.record(queue.ObservingSuspended(reasons=["clouds"]))
        identity = night.submit(survey(1), window=("16:30", "16:45"))
        night.run_until("16:44")
        assert night.story(identity) == WAITING

        night.run_until("16:46")

        assert night.story(identity) == [*WAITING, "RecipeExpired"]
        assert not night.control.recipes

    def test_nothing_looks_at_the_sky_after_the_end_of_observing(self, night: Observatory) -> None:
        pool = [night.submit(survey(1, comment=str(number)), direct=False) for number in range(4)]
        night.run_until_seen(camera.ExposureStarted)

        night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))
        night.run_for(600)

        [interrupted] = night.told(recipe.RecipeInterrupted)
        assert (interrupted.recipe_id, interrupted.reason) == (pool[0], "observing is over for this night")
        assert len(night.of(camera.ExposureAborted)) == 1
        assert {night.story(each)[-1] for each in pool} == {"RecipeExpired"}
        assert not night.control.recipes

    def test_the_end_of_observing_does_not_interrupt_a_recipe_that_closes(self, night: Observatory) -> None:
        closing = night.submit(make_recipe(("MirrorCover", "close"), ("Wait", "mirrorcover_closed")))
        night.run_for(3)

        night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))
        night.run_for(60)

        assert night.story(closing) == DONE

    def test_one_recipe_at_a_time(self, night: Observatory) -> None:
        for number in range(4):
            night.submit(survey(1, comment=str(number)), direct=False)

        night.run_for(1200)

        open_recipes = 0
        for each in night.of(recipe.RecipeStarted, recipe.RecipeCompleted):
            open_recipes += 1 if isinstance(each.payload, recipe.RecipeStarted) else -1
            assert open_recipes in (0, 1)
        assert len(night.of(recipe.RecipeCompleted)) == 4


class TestResumed:
    def test_a_recipe_that_was_cut_off_returns_to_the_pool(self, observatory: Opener) -> None:
        night = observatory(only=ONLY, folder="log")
        night.start_observing()
        identity = night.submit(survey(2), direct=False)
        night.run_until_seen(camera.ExposureStarted, times=2)
        night.run_for(2)
        night.close()

        again = observatory(only=ONLY, folder="log")
        again.resume()

        [interrupted] = again.told(recipe.RecipeInterrupted)
        assert interrupted.exposures_done == ["field_dith1"]
        assert [each.reason for each in again.told(camera.ExposureAborted)] == ["the system was stopped"]
        again.run_until_seen(recipe.RecipeCompleted)
        assert not again.of(recipe.RecipeCancelled)
        assert again.story(identity).count("RecipeStarted") == 2
        names = {each.exposure_number: each.name for each in again.told(camera.ExposureRequested)}
        finished = [names[each.exposure_number] for each in again.told(camera.ExposureFinished)]
        assert finished == ["field_dith1", "field_dith2"]

    def test_an_exposure_that_was_never_transferred_is_taken_again(self, observatory: Opener) -> None:
        night = observatory(only=ONLY, folder="log")
        night.start_observing()
        identity = night.submit(survey(2), direct=False)
        night.run_until_seen(camera.ExposureFinished)
        night.run_for(1)  # of the 3 s that the transfer takes
        assert night.control.execution is not None
        assert night.control.execution.exposures_done == ["field_dith1"]
        night.close()

        again = observatory(only=ONLY, folder="log")
        again.resume()
        again.run_until_seen(recipe.RecipeCompleted)
        again.run_for(10)

        assert len(again.of(transfer.ChipCubeLost)) == len(CHIPS)
        assert [each.exposures_done for each in again.told(recipe.RecipeStarted)] == [[], []]
        assert not again.of(recipe.OperationSkipped)
        requested = {each.exposure_number: each.name for each in again.told(camera.ExposureRequested)}
        buffered = {each.exposure_number for each in again.told(transfer.ChipCubeBuffered)}
        assert [requested[each] for each in sorted(buffered)] == ["field_dith1", "field_dith2"]
        assert again.story(identity)[-1] == "RecipeCompleted"

    def test_without_a_recipe_nothing_is_interrupted(self, observatory: Opener) -> None:
        night = observatory(only=ONLY, folder="log")
        night.start_observing()
        night.close()

        again = observatory(only=ONLY, folder="log")
        again.resume()
        identity = again.submit(make_recipe(("SetFocus", 30.0)))
        again.run_for(60)

        assert again.story(identity) == DONE
        assert not again.of(recipe.RecipeInterrupted)


class TestDeciding:
    """The decider alone: a past night can be decided again."""

    def test_deciding_changes_nothing(self, night: Observatory) -> None:
        night.submit(survey(2))
        night.run_until_seen(camera.ExposureStarted)
        state, now = night.control, night.clock.now()
        reading = night.of(telescope.MountRead)[-1]

        first = executor.decide(state, reading, now + 3600 * SECOND)

        assert executor.decide(state, reading, now + 3600 * SECOND) == first
        assert [type(each.event).__name__ for each in first] == [
            "ExposureAbortRequested",
            "OperationFailed",
            "RecipeCancelled",
        ]

    def test_the_same_recipe_submitted_twice_at_once_is_one(self, night: Observatory) -> None:
        night.record(queue.QueuePaused(reason="test"))
        event: Any = submitted(survey(1), night.clock.now())

        night.record(event, event)

        assert night.control.pool == [event.recipe_id]

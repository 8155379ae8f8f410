"""Nothing moves while the telescope is locked, and nothing opens in bad weather."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tomoe_es.control.executor.observed import (
    DONE,
    FAILED,
    WAITING,
    failure,
    safe,
    unsafe,
)
from tests.tomoe_es.control.observatory import Observatory, make_recipe, survey
from tomoe_es.events import camera, queue, recipe, telescope, weather


class TestLock:
    def lock(self, night: Observatory) -> None:
        night.record(telescope.TelescopeLockSet(who="Takahashi", why="work in the dome"))

    def test_what_moves_waits_while_the_telescope_is_locked(self, night: Observatory) -> None:
        self.lock(night)
        moving = night.submit(make_recipe(("SetFocus", 33.0)))
        message = night.submit(make_recipe(("SendMessage", "ping")))
        night.run_for(600)
        assert night.story(moving) == WAITING
        assert night.story(message) == DONE

        night.record(telescope.TelescopeLockReleased(who="Takahashi", why="done"))
        night.run_for(60)

        assert night.story(moving) == DONE

    def test_a_locked_telescope_does_not_use_up_the_pool(self, night: Observatory) -> None:
        self.lock(night)
        pool = [night.submit(survey(1, comment=str(number)), direct=False) for number in range(5)]

        night.run_for(120)

        assert not night.of(recipe.RecipeCancelled)
        assert len(night.control.pool) + len(night.control.queue) == len(pool)

    def test_a_lock_set_in_the_middle_stops_what_moves_and_interrupts(self, night: Observatory) -> None:
        identity = night.submit(make_recipe(("SetFocus", 33.0), ("SetFocus", 28.0)))
        night.run_for(3)

        self.lock(night)
        night.run_for(60)

        assert night.story(identity)[2:] == [
            *("RecipeStarted", "RecipeInterrupted", "RecipeReturnedToPool", "RecipeQueued")
        ]
        [interrupted] = night.told(recipe.RecipeInterrupted)
        assert interrupted.reason == "the telescope was locked by Takahashi: work in the dome"
        focus = night.control.hardware.focus
        assert focus is not None
        assert focus.state == "still"
        assert focus.position_mm < 30.0
        assert len(night.of(telescope.FocusCommanded)) == 1

        night.record(telescope.TelescopeLockReleased(who="Takahashi", why="done"))
        night.run_for(60)
        assert night.story(identity)[-1] == "RecipeCompleted"

    @pytest.mark.parametrize("person", ["Takahashi", "T. Morokuma"])  # also one of the observer's name
    @pytest.mark.parametrize("first", [[], [("SetTelescopeLock", True)]])
    def test_no_recipe_steals_or_releases_the_lock_of_a_person(
        self, night: Observatory, person: str, first: list[tuple[str, Any]]
    ) -> None:
        night.record(telescope.TelescopeLockSet(who=person, why="All-Sky Survey"))
        moving = make_recipe(*first, ("SetTelescopeLock", False), ("SetFocus", 33.0))
        identity = night.submit(moving)
        night.run_for(600)

        assert night.story(identity) == WAITING
        assert night.control.hardware.locked_by == person
        assert not night.of(telescope.FocusCommanded)

        night.record(telescope.TelescopeLockReleased(who=person, why="done"))
        night.run_for(60)
        assert night.story(identity) == DONE

    def test_a_person_takes_the_lock_of_a_running_recipe_over(self, night: Observatory) -> None:
        wait = ("Wait", "telescope_unlocked")
        calls = (("SetTelescopeLock", True), wait, ("SetTelescopeLock", False), ("SetFocus", 33.0))
        identity = night.submit(make_recipe(*calls))
        night.run_for(5)
        assert night.control.hardware.locked_recipe == identity

        self.lock(night)
        night.run_for(300)

        assert night.story(identity)[-2:] == ["RecipeReturnedToPool", "RecipeQueued"]
        assert night.control.hardware.locked_by == "Takahashi"
        assert not night.of(telescope.FocusCommanded)

    def test_a_recipe_that_releases_its_own_lock_may_move(self, night: Observatory) -> None:
        calls = (("SetTelescopeLock", True), ("SetTelescopeLock", False), ("SetFocus", 33.0))

        identity = night.submit(make_recipe(*calls))
        night.run_for(60)

        assert night.story(identity) == DONE


class TestWeather:
    def test_bad_weather_in_mid_exposure_aborts_it_and_brings_the_recipe_back(
        self, night: Observatory
    ) -> None:
        identity = night.submit(survey(3), direct=False)
        second = night.run_until_seen(camera.ExposureStarted, times=2)
        night.run_for(2)

        unsafe(night)

        [abort] = night.told(camera.ExposureAbortRequested)
        assert abort.exposure_number == second.payload.exposure_number == 2  # type: ignore[attr-defined]
        assert [each.exposure_number for each in night.told(camera.ExposureAborted)] == [2]
        [interrupted] = night.told(recipe.RecipeInterrupted)
        assert interrupted.exposures_done == ["field_dith1"]
        assert interrupted.reason == "weather became unsafe"
        assert night.control.pool == [identity]
        assert night.control.execution is None

    def test_the_next_run_skips_what_is_done(self, night: Observatory) -> None:
        identity = night.submit(survey(3), direct=False)
        night.run_until_seen(camera.ExposureStarted, times=2)
        unsafe(night)
        night.run_for(600)

        safe(night)
        night.run_until_seen(recipe.RecipeCompleted)

        assert night.story(identity)[-3:] == ["RecipeStarted", "OperationSkipped", "RecipeCompleted"]
        [skipped] = night.told(recipe.OperationSkipped)
        assert (skipped.operation, skipped.index) == ("Exposure", 7)
        names = {each.exposure_number: each.name for each in night.told(camera.ExposureRequested)}
        finished = [names[each.exposure_number] for each in night.told(camera.ExposureFinished)]
        assert finished == ["field_dith1", "field_dith2", "field_dith3"]
        assert list(names) == [1, 2, 3, 4]

    def test_every_dither_is_pointed_from_the_field_again(self, night: Observatory) -> None:
        night.submit(survey(2), direct=False)
        night.run_until_seen(camera.ExposureStarted, times=2)
        unsafe(night)
        safe(night)

        night.run_until_seen(recipe.RecipeCompleted)

        exposures = [each for each in night.told(camera.ExposureRequested) if each.name == "field_dith2"]
        first, again = ((each.ra_deg, each.dec_deg) for each in exposures)
        assert again == pytest.approx(first, abs=1e-6)

    def test_clouds_let_the_running_recipe_finish_and_start_no_other(self, night: Observatory) -> None:
        running = night.submit(survey(2))
        waiting = night.submit(survey(1, comment="the next"))
        night.run_until_seen(camera.ExposureStarted)

        night.record(
            weather.SkyBecameCloudy(sky_temperature_c=-5.0), queue.ObservingSuspended(reasons=["clouds"])
        )
        night.run_for(600)

        assert night.story(running) == DONE
        assert night.story(waiting) == WAITING
        night.record(
            weather.SkyBecameClear(sky_temperature_c=-30.0), queue.ObservingResumed(reason="sky is clear")
        )
        night.run_for(300)
        assert night.story(waiting) == DONE

    def test_only_recipes_that_do_not_need_the_sky_run_in_bad_weather(self, night: Observatory) -> None:
        unsafe(night)
        sky = night.submit(survey(1))
        flat = night.submit(make_recipe(("Flat", "twilight_flat")))
        closing = night.submit(make_recipe(("MirrorCover", "close"), ("Wait", "mirrorcover_closed")))

        night.run_for(300)

        assert night.story(sky) == WAITING
        assert night.story(flat) == WAITING
        assert night.story(closing) == DONE

    def test_bad_weather_does_not_interrupt_a_recipe_that_closes(self, night: Observatory) -> None:
        closing = night.submit(make_recipe(("MirrorCover", "close"), ("Wait", "mirrorcover_closed")))
        night.run_for(3)

        unsafe(night)
        night.run_for(60)

        assert night.story(closing) == DONE

    def test_nothing_opens_in_bad_weather(self, night: Observatory) -> None:
        unsafe(night)

        identity = night.submit(make_recipe(("DomeSlit", "open")))

        assert night.story(identity) == FAILED
        assert failure(night).condition == "WeatherUnsafe"
        assert len(night.of(telescope.DomeSlitCommanded)) == 1  # by the preparation of this test

"""The executor: one recipe at a time, judged by the devices' own readings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import CHIPS, NIGHT, Observatory, make_recipe, submitted, survey
from tomoe_es.clock import SECOND
from tomoe_es.control import executor
from tomoe_es.events import camera, queue, recipe, system, telescope, transfer, weather

ONLY = ("executor", "scheduler", "standstill watch")
DONE = ["RecipeSubmitted", "RecipeQueued", "RecipeStarted", "RecipeCompleted"]
FAILED = ["RecipeSubmitted", "RecipeQueued", "RecipeStarted", "OperationFailed", "RecipeCancelled"]
WAITING = ["RecipeSubmitted", "RecipeQueued"]


@pytest.fixture
def night(observatory: Opener) -> Observatory:
    """In the middle of the night, ready to observe; nobody judges the weather but the test."""
    opened = observatory(only=ONLY)
    opened.start_observing()
    return opened


def failure(night: Observatory) -> recipe.OperationFailed:
    [failed] = night.told(recipe.OperationFailed)
    assert isinstance(failed, recipe.OperationFailed)
    return failed


def started_at(night: Observatory, operation: str) -> int:
    return next(
        each.time
        for each in night.of(recipe.OperationStarted)
        if each.payload.operation == operation  # type: ignore[attr-defined]
    )


def unsafe(night: Observatory) -> None:
    night.record(weather.WeatherBecameUnsafe(reasons=["rain"]), queue.ObservingSuspended(reasons=["rain"]))


def safe(night: Observatory) -> None:
    night.record(
        weather.WeatherBecameSafe(since_us=night.clock.now()),
        queue.ObservingResumed(reason="safe"),
    )


class TestOperations:
    def test_an_operation_is_complete_when_the_device_reads_so(self, night: Observatory) -> None:
        identity = night.submit(make_recipe(("SetFocus", 33.0)))

        night.run_for(60)

        assert night.story(identity) == DONE
        [completed] = night.of(recipe.OperationCompleted)
        reading = next(each for each in night.all() if each.position == completed.cause)
        assert reading.payload == telescope.FocusRead(position_mm=33.0, state="still")
        assert completed.time - started_at(night, "SetFocus") == 10 * SECOND  # 5 mm at 0.5 mm/s

    def test_a_device_that_reads_nothing_new_has_not_done_it(self, night: Observatory) -> None:
        night.fault("focus", "freeze")
        identity = night.submit(make_recipe(("SetFocus", 33.0)))

        night.run_for(121)

        assert night.story(identity) == FAILED
        assert failure(night).condition == "OperationTimedOut"

    def test_the_time_limit_ends_an_operation_and_says_what_the_device_reads(
        self, night: Observatory
    ) -> None:
        night.fault("mirror_cover", "freeze")
        identity = night.submit(make_recipe(("MirrorCover", "close")))

        night.run_for(31)

        assert night.story(identity) == FAILED
        assert failure(night).condition == "OperationTimedOut"
        assert "not done within 30 s" in failure(night).message
        assert "the mirror cover reads 'open'" in failure(night).message
        [cancelled] = night.told(recipe.RecipeCancelled)
        assert cancelled.condition == "OperationTimedOut"

    def test_a_device_that_fails_ends_the_operation_before_its_time(self, night: Observatory) -> None:
        identity = night.submit(make_recipe(("SetFocus", 33.0)))
        night.run_for(3)

        night.fault("focus", "fail")
        night.run_for(1)

        assert night.story(identity) == FAILED
        assert failure(night).condition == "DeviceFailed"

    def test_a_device_that_does_not_answer_ends_the_operation(self, night: Observatory) -> None:
        identity = night.submit(make_recipe(("SetFocus", 33.0)))
        night.run_for(3)

        night.fault("focus", "drop")
        night.run_for(1)

        assert night.story(identity) == FAILED
        assert failure(night).condition == "DeviceFailed"

    def test_operations_follow_one_another(self, night: Observatory) -> None:
        night.submit(make_recipe(("SetFocus", 29.0), ("SetFocus", 30.0), ("SendMessage", "ping")))

        night.run_for(60)

        steps = [
            (type(each.payload).__name__, each.payload.index)  # type: ignore[attr-defined]
            for each in night.of(recipe.OperationStarted, recipe.OperationCompleted)
        ]
        assert steps == [
            (name, index) for index in range(3) for name in ("OperationStarted", "OperationCompleted")
        ]

    def test_a_failed_recipe_leaves_the_others(self, night: Observatory) -> None:
        night.fault("focus", "fail")
        bad = night.submit(make_recipe(("SetFocus", 33.0)))
        good = night.submit(make_recipe(("SendMessage", "ping")))

        night.run_for(60)

        assert night.story(bad) == FAILED
        assert night.story(good) == DONE

    def test_an_exposure_is_aborted_when_a_device_fails_in_the_middle(self, night: Observatory) -> None:
        identity = night.submit(survey(1))
        night.run_until_seen(camera.ExposureStarted)

        night.fault("mount", "fail")
        night.run_for(1)

        assert night.story(identity) == FAILED
        assert [each.exposure_number for each in night.told(camera.ExposureAborted)] == [1]
        assert not night.control.exposures


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


class TestSlit:
    def test_a_recipe_for_the_sky_waits_until_the_slit_is_open(self, night: Observatory) -> None:
        night.record(telescope.DomeSlitCommanded(action="close", reason="test"))
        night.run_for(60)
        identity = night.submit(survey(1))
        night.run_for(60)
        assert night.story(identity) == WAITING

        night.record(telescope.DomeSlitCommanded(action="open", reason="test"))
        night.run_for(180)

        assert night.story(identity) == DONE

    def test_a_slit_that_does_not_answer_does_not_use_up_the_pool(self, night: Observatory) -> None:
        night.fault("dome_slit", "drop")
        for number in range(4):
            night.submit(survey(1, comment=str(number)), direct=False)

        night.run_for(120)

        assert not night.of(recipe.RecipeCancelled)

    def test_a_recipe_that_opens_the_slit_itself_does_not_wait_for_it(self, night: Observatory) -> None:
        night.record(telescope.DomeSlitCommanded(action="close", reason="test"))
        night.run_for(60)
        flat = make_recipe(("DomeSlit", "open"), ("Wait", "domeslit_open"), ("Flat", "twilight_flat"))

        identity = night.submit(flat)

        assert night.story(identity)[-1] == "RecipeStarted"

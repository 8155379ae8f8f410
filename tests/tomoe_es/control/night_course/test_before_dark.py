"""Start-up and twilight: what is done before it is dark."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.night_course.asked import (
    PHASES,
    fault,
    is_safe,
    outcomes,
    phase_names,
    rain,
    roles,
)
from tests.tomoe_es.control.observatory import (
    jst,
    plan,
    survey,
)
from tomoe_es.control import night_course
from tomoe_es.events import camera, recipe, reduction, system, telescope


class TestStartUp:
    def test_one_that_fails_is_tried_again(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("focus", "fail", "16:37:30", "16:40")))
        night.start(survey(1))

        night.run_to_end()

        assert outcomes(night, "start up") == ["RecipeCancelled", "RecipeCompleted"]
        issued = [each.time for each in night.of(system.DailyRecipeIssued) if each.payload.role == "start up"]  # type: ignore[attr-defined]
        assert issued[1] - issued[0] >= night_course.RETRY_AFTER
        assert phase_names(night) == PHASES
        assert len(night.of(camera.ExposureFinished)) == 4

    def test_it_waits_until_the_lock_of_a_person_is_released(self, observatory: Opener) -> None:
        night = observatory()
        night.start()
        night.record(telescope.TelescopeLockSet(who="Takahashi", why="cleaning the mirror"))
        night.run_until("16:43")
        assert not night.of(telescope.MirrorCoverCommanded, telescope.MountParkCommanded)

        night.record(telescope.TelescopeLockReleased(who="Takahashi", why="done"))
        night.run_to_end()

        assert outcomes(night, "start up") == ["RecipeCompleted"]
        assert phase_names(night) == PHASES

    def test_the_nights_unlock_waits_for_a_person_who_has_taken_the_lock_over(
        self, observatory: Opener
    ) -> None:
        night = observatory()
        night.record(telescope.TelescopeLockSet(who="Takahashi", why="cleaning the mirror"))
        night.start()
        night.run_until("16:43")
        assert night.control.hardware.locked_by == "Takahashi"
        assert not night.of(recipe.RecipeCancelled)

        night.record(telescope.TelescopeLockReleased(who="Takahashi", why="done"))
        night.run_to_end()

        assert outcomes(night, "unlock") == ["RecipeCompleted"]
        assert phase_names(night) == PHASES
        assert night.control.hardware.locked_by_schedule

    def test_a_telescope_that_never_starts_up_is_shut_down_at_the_end(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("focus", "fail", "16:37:30", "18:00")))
        night.start()

        night.run_to_end()

        assert phase_names(night) == ["starting_up", "shutting_down", "ended"]
        assert is_safe(night)


class TestTwilight:
    def test_rain_in_twilight_costs_the_flat_but_not_the_night(self, observatory: Opener) -> None:
        night = observatory(plan(observing="17:25", end="17:35", script=rain("16:30", "17:12")))
        night.start(survey(1, at="17:30"))

        night.run_to_end()

        assert phase_names(night) == PHASES
        assert "flat" not in roles(night)
        waiting = next(each for each in night.told(system.NightPhaseEntered) if each.phase == "waiting")
        assert waiting.reason == "calibration ended without a flat"
        assert [each.data_type for each in night.told(camera.ExposureRequested)] == ["DARK", "DARK", "OBJECT"]

    def test_rain_that_interrupts_the_flat_does_not_hold_up_the_night(self, observatory: Opener) -> None:
        night = observatory(plan(observing="17:35", end="17:45", script=rain("16:47:30", "17:20")))
        night.start(survey(1, at="17:40"))

        night.run_to_end()

        assert outcomes(night, "flat") == ["RecipeExpired"]
        assert phase_names(night) == PHASES
        assert night.phases()[2][0] < "17:20:00"
        assert len(night.of(camera.ExposureFinished)) == 3

    def test_darks_that_fail_are_tried_again(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("camera", "drop", "16:38:30", "16:40:30")))
        night.start(survey(1))

        night.run_to_end()

        assert outcomes(night, "dark") == ["RecipeCancelled", "RecipeCompleted"]
        first, again = (
            each.time
            for each in night.of(system.DailyRecipeIssued)
            if each.payload.role == "dark"  # type: ignore[attr-defined]
        )
        assert again - first >= night_course.RETRY_AFTER
        kinds = [each.kind for each in night.told(reduction.ProductArchived)]
        assert kinds.count("DARK") == 4
        assert outcomes(night, "flat").count("RecipeCompleted") <= 1
        assert phase_names(night) == PHASES

    def test_darks_are_given_up_when_observing_starts(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("camera", "drop", "16:38:30", "16:52")))
        night.start(survey(1))

        night.run_to_end()

        assert set(outcomes(night, "dark")) == {"RecipeCancelled"}
        assert 3 <= len(outcomes(night, "dark")) <= 6
        assert len(outcomes(night, "flat")) == 1
        waiting = next(each for each in night.of(system.NightPhaseEntered) if each.payload.phase == "waiting")  # type: ignore[attr-defined]
        assert waiting.payload.reason == "calibration ended without a dark and flat"  # type: ignore[attr-defined]
        issued = [each for each in night.of(system.DailyRecipeIssued) if each.payload.role == "dark"]  # type: ignore[attr-defined]
        assert all(each.time < jst("16:51") for each in issued)
        assert phase_names(night) == PHASES

    def test_a_flat_is_not_tried_before_sunset(self, observatory: Opener) -> None:
        night = observatory(plan(start_up="16:20", calibration="16:21"))
        night.start()

        night.run_to_end()

        [issued] = [each for each in night.of(system.DailyRecipeIssued) if each.payload.role == "flat"]  # type: ignore[attr-defined]
        assert jst("16:36:08") <= issued.time < jst("16:37:10")
        assert outcomes(night, "flat") == ["RecipeCompleted"]

    def test_a_flat_is_not_begun_when_it_would_be_dark_before_it_is_ready(self, observatory: Opener) -> None:
        night = observatory(plan(start_up="17:05", calibration="17:06", observing="17:20", end="17:30"))
        night.start(survey(1, at="17:25"))

        night.run_to_end()

        assert "flat" not in roles(night)
        assert phase_names(night) == PHASES

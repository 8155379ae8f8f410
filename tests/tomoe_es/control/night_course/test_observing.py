"""Observing time, interrupted by weather and faults."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.night_course.asked import (
    outcomes,
    rain,
    roles,
)
from tests.tomoe_es.control.observatory import (
    plan,
    survey,
)
from tomoe_es.clock import SECOND
from tomoe_es.control import night_course
from tomoe_es.events import camera, monitor, queue, recipe, system, telescope, weather


class TestObserving:
    def test_it_closes_in_the_rain_and_opens_again(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:40", script=rain("16:55", "17:05")))
        night.start(*(survey(4, at="17:10", comment=str(number)) for number in range(12)))

        night.run_until("17:03")
        assert night.control.hardware.dome_slit == telescope.DomeSlitRead(state="closed")
        assert night.control.hardware.mirror_cover == telescope.MirrorCoverRead(state="closed")
        night.run_to_end()

        assert len(night.of(weather.WeatherBecameUnsafe)) == len(night.of(queue.ObservingResumed)) == 1
        assert outcomes(night, "open") == ["RecipeCompleted"]
        [interrupted] = night.told(recipe.RecipeInterrupted)
        assert night.story(interrupted.recipe_id)[-1] == "RecipeCompleted"
        taken = [(each.recipe_id, each.name) for each in night.told(camera.ExposureRequested)]
        aborted = [each.exposure_number for each in night.told(camera.ExposureAborted)]
        assert len(taken) - len(aborted) == len(set(taken))
        assert not night.of(recipe.RecipeCancelled)

    def test_nothing_is_exposed_with_the_slit_closed(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:40", script=rain("16:55", "17:05")))
        night.start(*(survey(4, at="17:10", comment=str(number)) for number in range(12)))
        night.run_to_end()

        slit = ""
        for each in night.all():
            match each.payload:
                case telescope.DomeSlitRead(state=state):
                    slit = state
                case camera.ExposureRequested(data_type="OBJECT"):
                    assert slit == "open"
        assert night.told(monitor.ViolationDetected) == []

    def test_a_slit_that_does_not_answer_is_opened_when_it_does(self, observatory: Opener) -> None:
        night = observatory(plan(start_up="17:15", calibration="17:16", observing="17:27", end="17:40"))
        night.start(survey(1, at="17:36"))
        night.fault("dome_slit", "drop", "17:25", "17:29")

        night.run_to_end()

        assert outcomes(night, "open") == ["RecipeCompleted"]
        assert len(night.of(camera.ExposureFinished)) == 3

    def test_it_parks_when_there_is_nothing_to_observe(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:20"))
        night.start(survey(1))

        night.run_until("17:15")

        assert roles(night)[-1] == "park"
        issued = night.of(system.DailyRecipeIssued)[-1]
        done = [each for each in night.of(recipe.RecipeCompleted) if each.position < issued.position][-1]
        late = issued.time - done.time - night_course.PARK_WHEN_IDLE_FOR
        assert 0 <= late <= 60 * SECOND
        assert night.control.hardware.mount.state == "parked"  # type: ignore[union-attr]
        assert night.control.hardware.mirror_cover == telescope.MirrorCoverRead(state="closed")
        night.run_to_end()
        assert roles(night).count("park") == 1

    def test_it_parks_in_the_rain_with_recipes_waiting(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:25", script=rain("16:53", "17:30")))
        night.start(*(survey(4, comment=str(number)) for number in range(8)))

        night.run_until("17:15")

        assert night.control.queue
        assert outcomes(night, "park") == ["RecipeCompleted"]

    def test_after_parking_the_next_recipe_points_again(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:25"))
        night.start()
        night.run_until("17:15")
        assert night.control.hardware.mount.state == "parked"  # type: ignore[union-attr]

        identity = night.submit(survey(1, at="17:15"))
        night.run_for(180)

        assert night.story(identity)[-1] == "RecipeCompleted"

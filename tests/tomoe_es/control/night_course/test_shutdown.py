"""However a night ends, it ends closed, parked and locked."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.night_course.asked import (
    PHASES,
    fault,
    is_safe,
    outcomes,
    phase_names,
    rain,
)
from tests.tomoe_es.control.observatory import (
    NIGHT,
    jst,
    local,
    make_recipe,
    plan,
    survey,
)
from tomoe_es.events import camera, monitor, queue, recipe, system, telescope


class TestShutdown:
    def test_it_shuts_down_in_the_rain(self, observatory: Opener) -> None:
        night = observatory(plan(script=rain("16:53", "17:30")))
        night.start(*(survey(4, comment=str(number)) for number in range(4)))

        night.run_to_end()

        assert phase_names(night) == PHASES
        assert is_safe(night)
        assert outcomes(night, "shutdown") == ["RecipeCompleted"]

    def test_a_recipe_that_would_end_too_late_is_not_begun(self, observatory: Opener) -> None:
        night = observatory(plan(end="16:53:00"))
        night.start(survey(4), survey(1, comment="short"))

        night.run_to_end()

        long, short = (
            night.story(each.recipe_id)
            for each in night.told(recipe.RecipeSubmitted)
            if each.source_name == "test.yaml"
        )
        assert (long[-1], short[-1]) == ("RecipeExpired", "RecipeCompleted")
        assert "RecipeStarted" not in long
        assert is_safe(night)

    def test_a_persons_long_dark_does_not_keep_the_dome_open(self, observatory: Opener) -> None:
        night = observatory()
        night.start()
        night.run_until("16:59")
        hours = ("SetParameter", {"gain": "high", "tinteg_sec": 10.0, "nframe": 3600})
        cover = ("MirrorCover", "close"), ("Wait", "mirrorcover_closed")
        long = make_recipe(*cover, hours, ("Dark", "long"))
        identity = night.submit(long)
        night.run_until("17:00:59")
        assert night.control.execution is not None
        assert night.control.execution.settings.exposure_state == "exposing"

        night.run_to_end()

        assert local(night.clock.now()) < "17:10"
        assert night.story(identity)[-3:] == ["RecipeInterrupted", "RecipeReturnedToPool", "RecipeExpired"]
        [interrupted] = night.of(recipe.RecipeInterrupted)
        assert local(interrupted.time) == "17:01:00"
        assert len(night.of(camera.ExposureAborted)) == 1
        assert outcomes(night, "shutdown") == ["RecipeCompleted"]
        assert is_safe(night)
        assert night.told(monitor.ViolationDetected) == []

    def test_it_is_tried_again_when_a_device_fails(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("mirror_cover", "drop", "17:00", "17:06")))
        night.start(survey(1))

        night.run_to_end()

        assert outcomes(night, "shutdown")[0] == "RecipeCancelled"
        assert outcomes(night, "shutdown")[-1] == "RecipeCompleted"
        assert is_safe(night)
        assert night.control.hardware.locked

    def test_a_broken_mirror_cover_does_not_leave_the_dome_open(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("mirror_cover", "fail", "16:58", "10:00")))
        night.start(survey(1))

        night.run_until("17:10")

        assert night.control.hardware.dome_slit == telescope.DomeSlitRead(state="closed")

    def test_it_gives_up_after_sunrise_and_says_so(self, observatory: Opener) -> None:
        night = observatory(plan(script=fault("mirror_cover", "fail", "16:58", "11:00")))
        night.start()

        night.run_until("07:41")
        assert night.control.night.phase == "shutting_down"
        night.run_until("07:43")

        assert night.control.night.phase == "ended"
        assert "did not succeed" in night.told(system.NightPhaseEntered)[-1].reason
        assert not night.control.hardware.locked

    def test_it_waits_for_a_person_who_has_locked_the_telescope(self, observatory: Opener) -> None:
        night = observatory()
        night.start()
        night.run_until("16:58")
        night.record(telescope.TelescopeLockSet(who="Takahashi", why="in the dome"))

        night.run_until("17:20")
        moved = night.of(telescope.MountParkCommanded, telescope.MountSlewCommanded)
        assert all(each.time < jst("16:58") for each in moved)
        night.record(telescope.TelescopeLockReleased(who="Takahashi", why="out again"))
        night.run_to_end()

        assert is_safe(night)
        assert night.control.hardware.locked

    def test_a_forgotten_pause_does_not_leave_the_dome_open(self, observatory: Opener) -> None:
        night = observatory()
        night.start(survey(1))
        night.run_until("16:58")
        night.record(queue.QueuePaused(reason="forgotten"))

        night.run_to_end()

        assert is_safe(night)

    def test_an_operator_may_end_the_night_early(self, observatory: Opener) -> None:
        night = observatory()
        night.start(*(survey(4, comment=str(number)) for number in range(6)))
        night.run_until_seen(camera.ExposureStarted, times=4)

        night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))
        assert len(night.of(camera.ExposureAborted)) == len(night.of(recipe.RecipeInterrupted)) == 1
        night.run_to_end()

        assert local(night.clock.now()) < "17:00"
        assert is_safe(night)
        assert not night.control.recipes

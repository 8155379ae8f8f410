"""Operations are carried out in their order, each complete when its device says so."""

from __future__ import annotations

from tests.tomoe_es.control.executor.observed import (
    DONE,
    FAILED,
    WAITING,
    failure,
    started_at,
)
from tests.tomoe_es.control.observatory import Observatory, make_recipe, survey
from tomoe_es.clock import SECOND
from tomoe_es.events import camera, recipe, telescope


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

"""Rule 8: an interrupted recipe never silently reruns; and nothing moves before all devices are read."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.accident_rules.mid_night import CLOSED, lock, observing, rain, since, states
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.control import interruption
from tomoe_es.events import camera, recipe, safety, telescope, transfer, weather


class TestRule8:
    def test_rule_8_it_goes_back_with_what_is_done_and_says_why(self, night: Observatory) -> None:
        identity = observing(night)

        rain(night)

        [returned] = night.told(recipe.RecipeReturnedToPool)
        assert (returned.recipe_id, returned.exposures_done) == (identity, ["field_dith1"])
        assert returned.reason == "weather became unsafe"

    def test_rule_8_no_exposure_is_taken_twice(self, night: Observatory) -> None:
        identity = observing(night)
        rain(night)

        night.run_until("18:00")

        assert night.story(identity)[-1] == "RecipeCompleted"
        names = {each.exposure_number: each.name for each in night.told(camera.ExposureRequested)}
        taken = [names[each.exposure_number] for each in night.told(camera.ExposureFinished)]
        assert sorted(taken) == ["field_dith1", "field_dith2", "field_dith3"]

    def test_rule_8_a_recipe_that_is_interrupted_again_and_again_is_cancelled(
        self, night: Observatory
    ) -> None:
        identity = night.submit(survey(1, at="17:40"), direct=True)
        for _ in range(interruption.MOST_RETURNS + 1):
            night.run_for(5)
            lock(night)
            night.run_for(5)
            night.record(telescope.TelescopeLockReleased(who="bob", why="done"))

        night.run_for(60)

        story = night.story(identity)
        assert story.count("RecipeReturnedToPool") == interruption.MOST_RETURNS
        assert story[-1] == "RecipeCancelled"
        [cancelled] = night.told(recipe.RecipeCancelled)
        assert cancelled.condition == "InterruptedTooOften"
        assert "6 times" in cancelled.message

    def test_rule_8_an_exposure_that_is_lost_after_the_recipe_was_complete_is_taken_again(
        self, observatory: Opener
    ) -> None:
        # given a crash within the 3 s of the transfer of the last exposure
        night = observatory(only=("executor", "scheduler"), folder="log")
        night.start_observing()
        identity = night.submit(survey(1), direct=False)
        night.run_until_seen(recipe.RecipeCompleted)
        assert list(night.control.exposures) == [1]
        night.close()

        # when it is resumed
        again = observatory(only=("executor", "scheduler"), folder="log")
        again.resume()
        again.run_for(240)

        # then the recipe came back, and the exposure is there once
        assert again.story(identity)[-5:] == [
            *("RecipeCompleted", "RecipeReturnedToPool", "RecipeQueued", "RecipeStarted", "RecipeCompleted")
        ]
        [returned] = again.of(recipe.RecipeReturnedToPool)
        assert returned.payload.reason == interruption.EXPOSURE_LOST  # type: ignore[attr-defined]
        first, *others = again.log.read_stream(f"recipe/{identity}")
        assert {each.correlation for each in others} == {first.position}
        assert {each.exposure_number for each in again.told(transfer.ChipCubeBuffered)} == {2}
        assert not again.control.unconfirmed


class TestReconciled:
    @pytest.fixture
    def restarted(self, observatory: Opener, monkeypatch: pytest.MonkeyPatch) -> Observatory:
        """A night that was resumed, whose devices are not reconciled yet."""
        night = observatory(plan(end="17:40"), folder="log")
        night.start(survey(2, at="17:00"))
        night.run_until_seen(camera.ExposureStarted)
        night.run_until("16:52")
        night.close()
        again = observatory(plan(end="17:40"), folder="log")

        def start_devices() -> None:
            again.telescope.start(again.control.hardware)
            again.camera.start()

        monkeypatch.setattr(again, "_start_devices", start_devices)
        again.resume()
        return again

    def test_nothing_is_begun_or_opened_before(self, restarted: Observatory) -> None:
        before = restarted.log.head()

        restarted.run_for(600)

        commands = since(restarted, before, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert "open" not in [each.action for each in commands]  # type: ignore[attr-defined]
        assert not since(restarted, before, recipe.RecipeStarted, telescope.MountSlewCommanded)

    def test_closing_is_allowed(self, restarted: Observatory) -> None:
        restarted.run_for(5)
        restarted.record(weather.WeatherBecameSafe(since_us=1))

        rain(restarted)
        restarted.run_for(60)

        assert states(restarted, *CLOSED) == CLOSED

    def test_then_it_goes_on(self, restarted: Observatory) -> None:
        restarted.run_for(60)
        before = restarted.log.head()

        restarted.record(safety.DevicesReconciled(differences=[]))
        restarted.run_for(60)

        assert since(restarted, before, recipe.RecipeStarted)

"""Rule 6: every way out of a recipe is safe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tomoe_es.control.accident_rules.mid_night import (
    AWAY,
    PUT_BACK,
    abort,
    broken,
    emergency,
    guardian,
    lock,
    observing,
    over,
    rain,
    since,
    states,
)
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.clock import MINUTE
from tomoe_es.events import camera, recipe, telescope
from tomoe_es.events.queue import QueuePaused


class TestRule6:
    @pytest.mark.parametrize("way_out", [rain, lock, abort, emergency, guardian, broken, over])
    def test_rule_6_every_way_out_of_a_recipe_aborts_its_exposure_and_moves_nothing_more(
        self, night: Observatory, way_out: Callable[[Observatory], None]
    ) -> None:
        identity = observing(night)
        [second] = [each for each in night.control.exposures.values() if each.state == "exposing"]
        before = night.log.head()

        way_out(night)
        night.run_for(1)

        aborted = since(night, before, camera.ExposureAborted)
        assert [each.exposure_number for each in aborted] == [second.request.exposure_number]  # type: ignore[attr-defined]
        left = night.story(identity)
        assert left[-1] == "RecipeCancelled" or set(left) >= set(PUT_BACK)
        execution = night.control.execution
        assert execution is None or execution.recipe_id != identity
        assert not since(night, before, telescope.MountSlewCommanded, telescope.FocusCommanded)

    @pytest.mark.parametrize("way_out", [rain, lock, abort, emergency, guardian, broken, over])
    def test_rule_6_the_night_ends_closed_and_parked_whatever_had_happened(
        self, night: Observatory, way_out: Callable[[Observatory], None]
    ) -> None:
        observing(night)
        way_out(night)
        night.run_until("18:50")
        if way_out is lock:
            night.record(telescope.TelescopeLockReleased(who="bob", why="done"))

        night.run_until("19:10")

        assert night.control.night.phase == "ended"
        assert states(night, *AWAY) == AWAY
        assert night.control.hardware.locked

    def test_rule_6_a_crash_in_mid_exposure_ends_safe_too(self, observatory: Opener) -> None:
        planned = plan(start_up="17:20", calibration="17:21", observing="17:35", end="18:30")
        night = observatory(planned, folder="log")
        night.start(survey(3, at="18:00"))
        night.run_until_seen(camera.ExposureStarted, times=4)
        night.close()

        again = observatory(planned, folder="log")
        again.resume()
        [aborted] = again.told(camera.ExposureAborted)
        assert aborted.reason == "the system was stopped"
        again.run_to_end()

        assert states(again, *AWAY) == AWAY

    def test_rule_6_with_nothing_to_do_it_is_covered_and_parked_after_ten_minutes(
        self, night: Observatory
    ) -> None:
        night.submit(survey(1, at="17:40"), direct=False)
        night.run_until_seen(recipe.RecipeCompleted)
        idle = night.clock.now()

        parked = night.run_until_seen(telescope.MountParkCommanded)
        night.run_for(120)

        assert 10 * MINUTE <= parked.time - idle <= 12 * MINUTE
        assert states(night, "mirror_cover", "mount") == {"mirror_cover": "closed", "mount": "parked"}

    def test_rule_6_a_stopped_queue_does_not_keep_it_from_being_covered_and_parked(
        self, night: Observatory
    ) -> None:
        observing(night)
        night.record(QueuePaused(reason="tea", who="bob"))

        night.run_for(15 * 60)

        assert states(night, "mirror_cover", "mount") == {"mirror_cover": "closed", "mount": "parked"}

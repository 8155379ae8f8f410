"""Rule 7: three stops, of which none waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tomoe_es.control.accident_rules.mid_night import (
    AWAY,
    CLOSED,
    PUT_BACK,
    abort,
    emergency,
    guardian,
    observing,
    since,
    states,
)
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, survey
from tomoe_es.control import fitness
from tomoe_es.control.conductor import Conductor
from tomoe_es.events import camera, queue, recipe, telescope
from tomoe_es.events.queue import QueuePaused, QueueStarted


class TestRule7:
    def test_rule_7_stop_lets_the_running_recipe_end_and_begins_no_other(self, night: Observatory) -> None:
        running, waiting = observing(night), night.submit(survey(1, at="17:40", comment="next"))

        night.record(QueuePaused(reason="tea", who="bob"))
        night.run_for(300)

        assert night.story(running)[-1] == "RecipeCompleted"
        assert night.story(waiting)[-1] == "RecipeQueued"
        assert night.control.hand is not None
        assert (night.control.hand.who, night.control.hand.how, night.control.hand.why) == (
            "bob",
            "stop",
            "tea",
        )

    def test_rule_7_abort_breaks_off_closes_parks_and_stops(self, night: Observatory) -> None:
        identity = observing(night)
        asked = night.clock.now()

        abort(night)

        # at once, within the same moment
        interrupted = night.of(recipe.RecipeInterrupted)[-1]
        assert interrupted.time == asked
        assert interrupted.payload.exposures_done == ["field_dith1"]  # type: ignore[attr-defined]
        assert night.told(QueuePaused) == [QueuePaused(reason="smoke", who="bob", how="abort")]
        assert identity in night.control.pool
        night.run_for(180)
        assert states(night, *AWAY) == AWAY

    def test_rule_7_after_an_abort_nothing_opens_until_a_person_starts(self, night: Observatory) -> None:
        identity = observing(night)
        abort(night)
        before = night.log.head()

        night.run_for(1800)

        commands = since(night, before, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert "open" not in [each.action for each in commands]  # type: ignore[attr-defined]
        assert not since(night, before, telescope.MountSlewCommanded, camera.ExposureRequested)
        night.record(QueueStarted(reason="no smoke", who="bob"))
        night.run_for(600)
        assert states(night, "dome_slit") == {"dome_slit": "open"}
        assert night.story(identity)[-1] == "RecipeExpired" or "RecipeCompleted" in night.story(identity)

    def test_rule_7_what_does_not_obey_an_abort_is_told_again(self, night: Observatory) -> None:
        observing(night)
        night.fault("dome_slit", "freeze")
        abort(night)

        night.run_for(200)

        aborting = [each for each in night.told(telescope.DomeSlitCommanded) if "smoke" in each.reason]
        assert len(aborting) == 4
        assert {each.action for each in aborting} == {"close"}

    def test_rule_7_an_emergency_interrupts_and_stops_the_queue(self, night: Observatory) -> None:
        identity = observing(night)

        emergency(night)

        assert set(night.story(identity)) >= set(PUT_BACK)
        assert night.told(QueuePaused) == [QueuePaused(reason="smoke", who="bob", how="emergency")]
        assert not night.of(telescope.MountParkCommanded), "that is up to the emergency's own process"

    def test_rule_7_a_guardian_that_closed_keeps_it_closed_for_ten_minutes_without_a_person(
        self, night: Observatory
    ) -> None:
        identity = observing(night)
        closed = night.clock.now()

        guardian(night)
        assert night.control.danger
        resumed = night.run_until_seen(queue.ObservingResumed)

        assert resumed.time - closed >= fitness.REOPEN_AFTER
        night.run_for(600)
        assert night.story(identity)[-1] == "RecipeCompleted"

    def test_rule_7_no_stop_waits_for_a_worker(self, night: Observatory) -> None:
        night.cluster._record = lambda *_, **__: []  # the reduction does nothing for good
        observing(night)

        abort(night)

        assert night.told(QueuePaused)

    @pytest.mark.parametrize("stop", [abort, emergency])
    def test_rule_7_a_stop_that_came_just_before_a_crash_is_carried_out_after_it(
        self, observatory: Opener, stop: Callable[[Observatory], None]
    ) -> None:
        night = observatory(folder="log", only=("executor", "scheduler", "standstill watch"))
        night.start_observing()
        night.submit(survey(2), direct=False)
        night.run_until_seen(camera.ExposureStarted)
        night.conductor = Conductor(night.log, night.clock)  # nothing decides any more
        night.conductor.catch_up()
        stop(night)
        night.close()

        again = observatory(folder="log", only=("executor", "scheduler", "standstill watch"))
        again.resume()
        again.run_for(60)

        assert len(again.told(QueuePaused)) == 1
        assert states(again, *CLOSED) == CLOSED

"""Rules 3 and 4: stale, frozen or missing is unsafe; interlocks judge the state, continuously."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.tomoe_es.control.accident_rules.mid_night import (
    CLOSED,
    PUT_BACK,
    observing,
    since,
    states,
    weather_of,
)
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, control_fold, jst, plan, survey
from tomoe_es.clock import MINUTE
from tomoe_es.control import executor, fitness, weather_watch
from tomoe_es.events import camera, queue, recipe, telescope, weather

WITHOUT_WEATHER = [*fitness.REQUIRED]


class TestRule3:
    @pytest.mark.parametrize("device", WITHOUT_WEATHER)
    def test_rule_3_a_required_device_that_does_not_answer_is_unsafe(
        self, night: Observatory, device: str
    ) -> None:
        identity = observing(night)

        night.fault(device, "drop", end="17:40")
        night.run_for(60)

        assert night.control.danger
        assert night.control.suspended == [f"the {device.replace('_', ' ')} does not answer"]
        assert set(night.story(identity)) >= set(PUT_BACK)
        away = {each: state for each, state in CLOSED.items() if each != device}
        assert states(night, *away) == away
        # it answers again
        night.run_until("18:10")
        assert not night.control.suspended
        assert (
            states(night, *CLOSED) == {"dome_slit": "open", "mirror_cover": "closed"}
            or night.control.execution
        )
        assert night.story(identity)[-1] == "RecipeCompleted"

    @pytest.mark.parametrize("device", WITHOUT_WEATHER)
    def test_rule_3_a_required_device_that_falls_silent_is_unsafe_after_90_s(
        self, night: Observatory, device: str
    ) -> None:
        simulated = getattr(night.telescope, device)
        simulated._next_reading = lambda now: None  # it is connected, and says nothing

        suspended = night.run_until_seen(queue.ObservingSuspended)

        last = night.control.hardware.read_at[device]
        assert suspended.time - last == fitness.STALE_AFTER + 1
        assert suspended.payload.danger  # type: ignore[attr-defined]
        assert suspended.payload.reasons == [f"the {device.replace('_', ' ')} gave no reading for 90 s"]  # type: ignore[attr-defined]
        told = since(night, suspended.position, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert [each.action for each in told] == ["close", "close"]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("kind", ["freeze", "drop"])
    def test_rule_3_weather_that_is_frozen_or_missing_is_unsafe(self, night: Observatory, kind: str) -> None:
        identity = observing(night, 12)

        night.fault("weather", kind)  # type: ignore[arg-type]
        night.run_for(120)

        assert not night.control.weather.safe
        assert states(night, *CLOSED) == CLOSED
        assert set(night.story(identity)) >= set(PUT_BACK)

    def test_rule_3_what_was_never_read_is_unsafe(self) -> None:
        state = control_fold().state

        assert fitness.dangers(state, jst("18:00")) == [
            f"the {each.replace('_', ' ')} has not been read" for each in fitness.REQUIRED
        ]

    def test_rule_3_a_frozen_device_is_one_that_does_not_change_when_commanded(
        self, night: Observatory
    ) -> None:
        night.fault("dome_rotation", "freeze")
        identity = night.submit(survey(1, at="18:40", altitude=50.0), direct=False)

        night.run_until("17:42")

        assert night.story(identity)[-1] == "RecipeCancelled"
        [failed] = night.told(recipe.OperationFailed)
        assert failed.condition == "OperationTimedOut"


class TestRule4:
    def test_rule_4_a_danger_that_is_there_when_observing_starts_counts(self, observatory: Opener) -> None:
        # given rain since before the night
        night = observatory(plan(script="weather: [{ kind: rain, from: '16:00', to: '18:00' }]"))
        night.start(survey(1))

        night.run_to_end()

        assert not night.of(weather.WeatherBecameSafe)
        opened = [
            each
            for each in night.told(telescope.DomeSlitCommanded, telescope.MirrorCoverCommanded)
            if each.action == "open"
        ]
        assert not opened
        assert not [each for each in night.told(camera.ExposureRequested) if each.data_type == "OBJECT"]

    def test_rule_4_a_recipe_is_judged_at_every_step_without_any_new_event(self, night: Observatory) -> None:
        observing(night)
        state, now = night.control, night.clock.now()
        assert executor.decide(state, None, now) == []

        state.weather.safe = False  # by whatever way it came about

        decided = [type(each.event).__name__ for each in executor.decide(state, None, now)]
        assert decided == ["ExposureAbortRequested", *PUT_BACK]

    def test_rule_4_a_slit_that_opens_by_itself_in_rain_is_told_to_close(self, night: Observatory) -> None:
        night.record(weather_of(night, rain=True))
        night.run_for(120)
        before = night.log.head()

        night.record(telescope.DomeSlitRead(state="open"), weather_of(night, rain=True))

        assert [each.action for each in since(night, before, telescope.DomeSlitCommanded)] == ["close"]  # type: ignore[attr-defined]

    def test_rule_4_what_moves_while_locked_is_told_to_stop_again_and_again(self, night: Observatory) -> None:
        observing(night)
        night.fault("mount", "freeze")  # it reads tracking for ever
        night.record(telescope.TelescopeLockSet(who="bob", why="work in the dome"))

        night.run_for(150)

        stops = night.of(telescope.MountStopCommanded)
        assert len(stops) == 3
        assert [after.time - before.time for before, after in pairwise(stops)] == [MINUTE, MINUTE]


def test_the_watch_of_the_weather_looks_at_the_state_alone() -> None:
    assert weather_watch.decide(control_fold().state, None, jst("18:00")) == []

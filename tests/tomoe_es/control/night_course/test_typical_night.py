"""A night from its start-up to its end, and the next one."""

from __future__ import annotations

import msgspec
import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.night_course.asked import (
    PHASES,
    is_safe,
    outcomes,
    phase_names,
    roles,
)
from tests.tomoe_es.control.observatory import (
    Observatory,
    make_recipe,
    plan,
    survey,
)
from tomoe_es.clock import SECOND
from tomoe_es.events import camera, monitor, recipe, reduction, system
from tomoe_es.scheduling.sky import sun_altitude


class TestTypicalNight:
    @pytest.fixture
    def night(self, observatory: Opener) -> Observatory:
        opened = observatory()
        opened.start(survey(4))
        opened.run_to_end()
        return opened

    def test_phases_and_daily_recipes_come_in_their_order(self, night: Observatory) -> None:
        assert phase_names(night) == PHASES
        times = {phase: time for time, phase in night.phases()}
        assert times["starting_up"] == "16:38:00"
        assert times["calibrating"] == "16:39:00"
        assert times["shutting_down"] == "17:01:00"
        assert roles(night) == ["unlock", "start up", "dark", "flat", "shutdown", "lock"]
        assert {ending for role in roles(night) for ending in outcomes(night, role)} == {"RecipeCompleted"}

    def test_it_ends_closed_parked_and_locked(self, night: Observatory) -> None:
        assert is_safe(night)
        assert night.control.hardware.locked
        assert night.told(system.NightPhaseEntered)[-1].reason == "closed, parked and locked"

    def test_calibration_comes_before_observing(self, night: Observatory) -> None:
        kinds = [each.data_type for each in night.told(camera.ExposureRequested)]

        assert kinds == ["DARK", "DARK", "FLAT", "OBJECT", "OBJECT", "OBJECT", "OBJECT"]
        [flat] = [each for each in night.of(camera.ExposureStarted) if each.payload.exposure_number == 3]  # type: ignore[attr-defined]
        assert -9.0 < sun_altitude(flat.time) < -3.0

    def test_everything_is_reduced(self, night: Observatory) -> None:
        kinds = [each.kind for each in night.told(reduction.ProductArchived)]

        assert {kind: kinds.count(kind) for kind in kinds} == {"DARK": 4, "FLAT": 2, "STACK": 8}
        assert not night.of(reduction.ReductionFailed)

    def test_nothing_departs_from_what_is_normal(self, night: Observatory) -> None:
        assert night.told(monitor.ViolationDetected) == []
        assert night.of(recipe.RecipeCancelled) == []

    def test_nothing_is_left_over(self, night: Observatory) -> None:
        control = night.control

        assert (control.recipes, control.pool, control.queue, control.execution) == ({}, [], [], None)
        assert night.reduction.exposures == {}

    def test_every_decision_names_the_event_that_led_to_it(self, night: Observatory) -> None:
        deciders = {"executor", "scheduler", "night course", "weather watch", "reduction queue", "buffer"}
        for each in night.all():
            assert each.cause < each.position
            assert each.cause > 0 or each.actor not in deciders


class TestTwoNights:
    def test_the_next_night_begins_afresh(self, observatory: Opener) -> None:
        first = observatory(folder="log")
        first.start(survey(1))
        first.run_to_end()
        numbers = [each.exposure_number for each in first.told(camera.ExposureRequested)]
        first.close()
        day = 24 * 3600 * SECOND
        planned = plan(night="2023-12-13")
        fields = msgspec.structs.asdict(planned)
        later = {name: value + day for name, value in fields.items() if name.endswith("_us")}

        second = observatory(msgspec.structs.replace(planned, **later), folder="log")
        second.conductor.catch_up()
        second.start(make_recipe(("SendMessage", "ping")))
        second.run_to_end()

        assert phase_names(second) == PHASES * 2
        taken = [each.exposure_number for each in second.told(camera.ExposureRequested)]
        assert taken == list(range(1, len(numbers) + 4))
        assert is_safe(second)

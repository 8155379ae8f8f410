"""The course of the night: whole nights of 23 minutes, with everything that happens in one."""

from __future__ import annotations

import msgspec
import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import (
    NIGHT,
    Observatory,
    jst,
    local,
    make_recipe,
    plan,
    survey,
)
from tomoe_es.clock import SECOND
from tomoe_es.control import night_course
from tomoe_es.events import camera, monitor, queue, recipe, reduction, system, telescope, weather
from tomoe_es.scheduling.sky import sun_altitude

PHASES = ["starting_up", "calibrating", "waiting", "observing", "shutting_down", "ended"]


def script(*lines: str, faults: bool = False) -> str:
    return "\n".join(["faults:" if faults else "weather:", *(f"  - {line}" for line in lines)])


def rain(start: str, end: str) -> str:
    return script(f"{{ kind: rain, from: '{start}', to: '{end}' }}")


def fault(device: str, kind: str, start: str, end: str) -> str:
    return script(f"{{ device: {device}, kind: {kind}, from: '{start}', to: '{end}' }}", faults=True)


def roles(night: Observatory) -> list[str]:
    return [each.role for each in night.told(system.DailyRecipeIssued)]


def outcomes(night: Observatory, role: str) -> list[str]:
    """How the recipes of a role ended, in order."""
    return [
        night.story(each.recipe_id)[-1] for each in night.told(system.DailyRecipeIssued) if each.role == role
    ]


def phase_names(night: Observatory) -> list[str]:
    return [phase for _, phase in night.phases()]


def is_safe(night: Observatory) -> bool:
    """Closed, covered and parked."""
    hardware = night.control.hardware
    assert hardware.dome_slit is not None
    assert hardware.mirror_cover is not None
    assert hardware.mount is not None
    return (hardware.dome_slit.state, hardware.mirror_cover.state, hardware.mount.state) == (
        "closed",
        "closed",
        "parked",
    )


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

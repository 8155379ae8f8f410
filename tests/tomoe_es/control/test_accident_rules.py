"""The nine rules learnt from other observatories' accidents, each as behaviour.

`docs/explanation/nine-rules.md` tells them in words and names these tests.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import (
    NIGHT,
    Observatory,
    control_fold,
    jst,
    make_recipe,
    plan,
    survey,
)
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import executor, fitness, interruption, weather_watch
from tomoe_es.control.conductor import Conductor
from tomoe_es.events import (
    Event,
    camera,
    monitor,
    queue,
    recipe,
    safety,
    system,
    telescope,
    transfer,
    weather,
)
from tomoe_es.events.queue import QueueAbortRequested, QueuePaused, QueueStarted

CLOSED = {"dome_slit": "closed", "mirror_cover": "closed"}
AWAY = {**CLOSED, "mount": "parked"}
PUT_BACK = ["RecipeInterrupted", "RecipeReturnedToPool"]


def states(night: Observatory, *devices: str) -> dict[str, str]:
    """What the devices read."""
    return {device: getattr(night.control.hardware, device).state for device in devices}


@pytest.fixture
def night(observatory: Opener) -> Observatory:
    """In the middle of a long night that is safe, with everything that decides; open and unlocked."""
    opened = observatory(plan(start_up="17:20", calibration="17:21", observing="17:35", end="19:00"))
    opened.start_observing()
    opened.run_for(11 * 60)
    assert opened.control.weather.safe
    assert not opened.control.suspended
    return opened


def observing(night: Observatory, exposures: int = 3) -> str:
    """A recipe in the middle of its second exposure; returns its id."""
    identity = night.submit(survey(exposures, at="17:40"), direct=False)
    night.run_until_seen(camera.ExposureStarted, times=2)
    night.run_for(2)
    return identity


def since(night: Observatory, position: int, *kinds: type[Event]) -> list[Event]:
    return [each.payload for each in night.of(*kinds) if each.position > position]


# 1. Complete is what the device's own reading says, within a time limit.


class TestRule1:
    def test_rule_1_an_acknowledgement_is_not_completion(self, night: Observatory) -> None:
        night.fault("focus", "freeze")  # it takes the command, and nothing is read to happen
        identity = night.submit(make_recipe(("SetFocus", 33.0)))

        night.run_for(119)
        assert night.control.execution is not None
        night.run_for(2)

        assert night.story(identity)[-1] == "RecipeCancelled"
        [failed] = night.told(recipe.OperationFailed)
        assert failed.condition == "OperationTimedOut"
        assert not [each for each in night.told(recipe.OperationCompleted) if each.recipe_id == identity]

    @pytest.mark.parametrize(
        ("line", "device"),
        [
            (("SetFocus", 28.0), "focus"),
            (("MirrorCover", "open"), "mirror_cover"),
            (("DomeSlit", "open"), "dome_slit"),
        ],
    )
    def test_rule_1_a_reading_from_before_the_command_does_not_count(
        self, observatory: Opener, line: tuple[str, object], device: str
    ) -> None:
        # given a device that reads already what is asked for, at the very moment of the command
        opened = observatory(only=("executor", "scheduler"))
        opened.start_observing()
        known = opened.control.hardware
        if device == "focus":
            opened.submit(make_recipe(("SetFocus", 28.0)))
            opened.run_for(60)
        opened.record(getattr(known, device))
        before = opened.log.head()

        # when it is commanded
        opened.submit(make_recipe(line))

        # then it is not complete by that, but by the next reading
        assert not since(opened, before, recipe.OperationCompleted)
        opened.run_for(1)
        assert len(since(opened, before, recipe.OperationCompleted)) == 1

    def test_rule_1_a_device_that_lies_is_found_out_by_what_it_did_not_do(self, night: Observatory) -> None:
        # a camera that tells of frames which are not there: its exposure does not count as done
        night.fault("camera", "lie", end="17:36")
        identity = night.submit(survey(1, at="17:40"), direct=False)

        night.run_until_seen(recipe.RecipeReturnedToPool)

        [returned] = night.told(recipe.RecipeReturnedToPool)
        assert (returned.reason, returned.exposures_done) == (interruption.EXPOSURE_LOST, [])
        night.run_until("17:50")
        assert night.story(identity)[-1] == "RecipeCompleted"
        buffered = {each.exposure_number for each in night.told(transfer.ChipCubeBuffered)}
        names = {each.exposure_number: each.name for each in night.told(camera.ExposureRequested)}
        assert [names[each] for each in sorted(buffered)] == ["field_dith1"]


# 2. Closing is never skipped.


class TestRule2:
    @pytest.mark.parametrize("state", ["closed", "closing", "opening", "open", "stopped", "fault"])
    def test_rule_2_closing_is_never_skipped_whatever_is_read(self, night: Observatory, state: str) -> None:
        before = night.log.head()
        night.record(
            telescope.MirrorCoverRead(state=state),  # type: ignore[arg-type]
            telescope.DomeSlitRead(state=state),  # type: ignore[arg-type]
            weather_of(night, rain=True),
        )

        told = since(night, before, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert {(type(each).__name__, each.action) for each in told} == {  # type: ignore[attr-defined]
            ("MirrorCoverCommanded", "close"),
            ("DomeSlitCommanded", "close"),
        }

    def test_rule_2_neither_lock_nor_stop_nor_missing_reconciliation_keeps_it_from_closing(
        self, night: Observatory
    ) -> None:
        night.record(
            system.NightResumed(night=NIGHT, last_position=1, last_time_us=1),
            telescope.TelescopeLockSet(who="bob", why="work in the dome"),
            QueuePaused(reason="tea", who="bob"),
        )

        night.record(weather_of(night, rain=True))
        night.run_for(60)

        assert states(night, *CLOSED) == CLOSED

    def test_rule_2_the_shutdown_commands_closing_also_when_closed(self, observatory: Opener) -> None:
        opened = observatory()
        opened.start()
        opened.run_to_end()

        shutdown = next(
            each.position
            for each in opened.of(system.NightPhaseEntered)
            if each.payload.phase == "shutting_down"  # type: ignore[attr-defined]
        )
        told = since(opened, shutdown, telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)
        assert {type(each).__name__ for each in told} == {"MirrorCoverCommanded", "DomeSlitCommanded"}


def weather_of(night: Observatory, *, rain: bool) -> weather.WeatherRead:
    reading = night.control.hardware.weather
    assert reading is not None
    return msgspec.structs.replace(reading, rain=rain)


# 3. What is stale, frozen or missing is unsafe.

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


# 4. Interlocks judge the state, continuously.


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


# 5. Weather has hysteresis, and a budget of re-openings.


def weather_spells(count: int, begin: str = "17:40") -> str:
    """Rain of one minute every 16 minutes."""
    start = jst(begin)
    spells = []
    for number in range(count):
        minutes = (start - jst("17:00")) // MINUTE + 16 * number
        clock = [f"{17 + each // 60:02d}:{each % 60:02d}" for each in (minutes, minutes + 1)]
        spells.append(f"{{ kind: rain, from: '{clock[0]}', to: '{clock[1]}' }}")
    return f"weather: [{', '.join(spells)}]"


class TestRule5:
    def test_rule_5_quick_to_close_and_slow_to_open(self, night: Observatory) -> None:
        observing(night)
        rained = night.record(weather_of(night, rain=True))[0].time
        [unsafe] = night.of(weather.WeatherBecameUnsafe)
        assert unsafe.time == rained

        safe = night.run_until_seen(weather.WeatherBecameSafe)

        assert safe.time - rained >= 10 * MINUTE

    def test_rule_5_after_four_reopenings_it_stays_closed_until_a_person_starts(
        self, observatory: Opener
    ) -> None:
        script = weather_spells(6)
        night = observatory(
            plan(start_up="17:20", calibration="17:21", observing="17:35", end="20:30", script=script)
        )
        night.start()
        night.run_until("19:25")

        # given five times of rain, after which the weather has been safe again
        assert len(night.of(weather.WeatherBecameUnsafe)) == 6
        [used_up] = night.told(queue.ReopeningsUsedUp)
        assert used_up.closings == 5
        assert night.control.weather.closings == 6
        night.run_until("19:40")
        assert night.control.weather.safe
        assert night.control.suspended == [fitness.USED_UP]
        assert states(night, "dome_slit") == {"dome_slit": "closed"}
        assert len(night.told(queue.ObservingResumed)) == fitness.MOST_REOPENINGS

        # when a person starts the queue
        night.record(QueueStarted(reason="the front is through", who="alice"))
        night.run_for(120)

        # then it opens
        assert not night.control.suspended
        assert states(night, "dome_slit") == {"dome_slit": "open"}


# 6. Every way out of a recipe is safe.


def rain(night: Observatory) -> None:
    night.record(weather_of(night, rain=True))


def lock(night: Observatory) -> None:
    night.record(telescope.TelescopeLockSet(who="bob", why="work in the dome"))


def abort(night: Observatory) -> None:
    night.record(QueueAbortRequested(who="bob", why="smoke"))


def emergency(night: Observatory) -> None:
    night.record(safety.MakingSafeBegun(by="emergency", who="bob", reasons=["smoke"], begun_us=1))


def guardian(night: Observatory) -> None:
    night.record(
        safety.MakingSafeBegun(by="guardian", who="guardian", reasons=["executor silent"], begun_us=1)
    )


def broken(night: Observatory) -> None:
    night.fault("camera", "fail")


def over(night: Observatory) -> None:
    night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))


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


# 7. Three stops.


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


# 8. An interrupted recipe never silently reruns.


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


# After a restart: the true state of every device first.


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


# 9. Having nothing to observe is normal; not progressing is not.


class TestRule9:
    def test_rule_9_a_night_with_nothing_to_observe_is_a_quiet_one(self, observatory: Opener) -> None:
        night = observatory(plan(end="17:40"))
        night.start()

        night.run_to_end()

        assert night.told(monitor.ViolationDetected) == []
        assert not night.of(recipe.RecipeCancelled, recipe.OperationFailed)

    def test_rule_9_every_operation_tells_its_time_limit_and_ends_within_it(self, night: Observatory) -> None:
        """So that whoever judges progress needs only the log."""
        night.submit(survey(3, at="17:40"), direct=False)

        night.run_until_seen(recipe.RecipeCompleted)

        begun: dict[tuple[str, int], tuple[int, float]] = {}
        for each in night.of(recipe.OperationStarted, recipe.OperationCompleted):
            event = each.payload
            assert isinstance(event, recipe.OperationStarted | recipe.OperationCompleted)
            key = (event.recipe_id, event.index)
            if isinstance(event, recipe.OperationStarted):
                begun[key] = (each.time, event.time_limit_seconds)
            else:
                started, limit = begun.pop(key)
                assert each.time - started <= limit * SECOND
        assert not begun

    def test_rule_9_an_operation_that_does_not_end_is_ended_by_its_limit(self, night: Observatory) -> None:
        night.fault("mirror_cover", "freeze")
        identity = night.submit(make_recipe(("MirrorCover", "close")))

        night.run_for(31)

        assert night.story(identity)[-1] == "RecipeCancelled"


def test_the_watch_of_the_weather_looks_at_the_state_alone() -> None:
    assert weather_watch.decide(control_fold().state, None, jst("18:00")) == []

"""Executor, guardian and emergency apart: whatever hangs or dies, the telescope becomes safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.tomoe_es.control.observatory import jst, plan, survey
from tests.tomoe_es.safety.guarded_observatory import SILENT_SECONDS, GuardedObservatory
from tomoe_es.clock import SECOND
from tomoe_es.events import camera, queue, recipe, safety, system, telescope
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.safety import MakingSafeBegun, TelescopeMadeSafe

CLOSED_WITHIN = SILENT_SECONDS + 45.0
PARKED_WITHIN = SILENT_SECONDS + 110.0

Opener = Callable[..., GuardedObservatory]


@pytest.fixture
def guarded() -> Iterator[Opener]:
    opened: list[GuardedObservatory] = []

    def make(script: str = "clear", start_up: str = "16:38", **options: Any) -> GuardedObservatory:
        planned = plan(start_up=start_up, end="17:30", script=script)
        opened.append(GuardedObservatory(None, planned, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def in_an_exposure(night: GuardedObservatory) -> None:
    night.start(survey(6, at="16:55"), survey(6, at="17:05", comment="the other"))
    night.run_until_seen(camera.ExposureStarted, times=5)
    assert not night.truly_closed


def test_a_quiet_night_is_that_of_an_observatory_without_guardian(guarded: Opener) -> None:
    night = guarded()
    night.start(survey(3))

    night.run_to_end()

    assert night.told(MakingSafeBegun) == []
    assert night.truly_closed
    assert night.truly_parked


@pytest.mark.parametrize("how", ["kill_executor", "hang_executor"])
def test_a_silent_executor_is_answered_after_ten_seconds(guarded: Opener, how: str) -> None:
    night = guarded()
    in_an_exposure(night)

    getattr(night, how)()
    closed = night.run_until_true(lambda: night.truly_closed, CLOSED_WITHIN)
    night.run_until_true(lambda: night.truly_parked, PARKED_WITHIN)
    night.run_for(5)

    assert closed > SILENT_SECONDS
    [begun], [made] = night.told(MakingSafeBegun), night.told(TelescopeMadeSafe)
    assert begun.reasons == ["the executor has given no sign of life for 10 s"]
    assert (begun.by, made.by, made.attempts) == ("guardian", "guardian", 1)


def test_it_acts_once_for_a_silence_that_lasts(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.kill_executor()

    night.run_for(1800)

    assert len(night.told(MakingSafeBegun)) == 1


def test_after_a_restart_the_log_says_what_differs_and_the_night_goes_on(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.kill_executor()
    night.run_for(200)

    again = night.resumed()
    again.run_to_end()

    assert again.truly_closed
    assert again.truly_parked
    assert again.told(system.NightPhaseEntered)[-1].phase == "ended"
    closing = [each for each in again.of(telescope.DomeSlitCommanded) if each.actor == "guardian"]
    assert len(closing) == 1, "told once, though night and guardian both know it"


@pytest.mark.parametrize("by", ["guardian", "emergency"])
def test_a_telescope_made_from_the_log_stands_as_it_was_made_safe(guarded: Opener, by: str) -> None:
    night = guarded(guardian=by == "guardian")
    in_an_exposure(night)
    night.kill_executor()
    if by == "emergency":
        night.emergency("storm")
    night.run_for(200)
    assert night.told(telescope.DomeSlitRead)[-1].state == "closed"
    assert night.told(telescope.MirrorCoverRead)[-1].state == "closed"
    assert night.told(telescope.MountRead)[-1].state == "parked"

    again = night.resumed(same_telescope=False)

    assert again.truly_closed
    assert again.truly_parked
    assert again.told(safety.DevicesReconciled)[-1].differences == ["camera: exposing in the log, idle now"]


def test_in_a_fast_night_nothing_is_missed_that_was_read_between_two_looks(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.kill_executor()
    night.run_until_true(lambda: bool(night.told(MakingSafeBegun)), CLOSED_WITHIN)
    night.guardian_look_us = 210 * SECOND
    night.run_until_true(lambda: bool(night.told(TelescopeMadeSafe)), 500.0)

    again = night.resumed()
    again.run_to_end()

    found = {each.name for each in again.told(ViolationDetected)}
    assert found == {"ExposureNotFinished", "RecipeNotProgressing"}, "neither cover nor weather was amiss"


def test_a_hung_executor_that_goes_on_learns_what_was_done(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.hang_executor()
    night.run_for(150)

    night.executor_goes_on()
    night.run_for(1)

    assert telescope.DomeSlitRead(state="closed") in night.told(telescope.DomeSlitRead)
    assert night.truly_parked
    behind = night.clock.now() - night.shared.now_us()
    assert 0 <= behind <= SECOND


def test_a_hung_executor_opens_nothing_behind_the_guardians_back(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.hang_executor()
    night.run_for(150)
    opening = telescope.MirrorCoverCommanded(action="open", reason="it was about to")

    night.record(opening)

    assert night.told(telescope.DeviceCommandFailed)[-1].command == "MirrorCoverCommanded"
    assert "the guardian makes the telescope safe" in night.told(telescope.DeviceCommandFailed)[-1].message
    assert night.truly_closed


@pytest.mark.parametrize("how", ["kill_executor", "hang_executor", None])
def test_an_emergency_waits_for_nobody(guarded: Opener, how: str | None) -> None:
    night = guarded()
    in_an_exposure(night)
    if how is not None:
        getattr(night, how)()

    night.emergency("storm")
    night.run_until_true(lambda: night.truly_closed, 45.0)
    night.run_until_true(lambda: night.truly_parked, 110.0)
    night.run_for(5)

    emergency = [each for each in night.told(TelescopeMadeSafe) if each.by == "emergency"]
    assert len(emergency) == 1
    assert [each.reasons for each in night.told(MakingSafeBegun) if each.by == "emergency"] == [["storm"]]


def test_an_emergency_departs_from_nothing(guarded: Opener) -> None:
    """Its commands are in the log before what comes of them, and what the executor closes is no offence."""
    night = guarded()
    in_an_exposure(night)

    night.emergency("storm")
    night.run_for(300)

    assert night.told(ViolationDetected) == []
    [begun] = night.of(MakingSafeBegun)
    after = [each for each in night.all() if each.position > begun.position]
    [commanded] = [each.position for each in after if isinstance(each.payload, telescope.MountParkCommanded)]
    reads = [each for each in after if isinstance(each.payload, telescope.MountRead)]
    assert commanded < next(each.position for each in reads if each.payload.state == "parking")  # type: ignore[attr-defined]


def test_an_abort_departs_from_nothing(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)

    night.record(queue.QueueAbortRequested(who="test", why="smoke"))
    night.run_for(300)

    assert night.told(ViolationDetected) == []
    assert night.truly_closed


def test_after_an_emergency_the_recipe_is_back_and_nothing_opens_until_a_person_says_so(
    guarded: Opener,
) -> None:
    night = guarded()
    in_an_exposure(night)
    running = night.control.execution
    assert running is not None

    night.emergency("storm")
    night.run_for(600)

    assert running.recipe_id in night.control.pool
    [paused] = night.told(queue.QueuePaused)
    assert (paused.how, paused.who, paused.reason) == ("emergency", "test", "storm")
    [begun] = night.of(MakingSafeBegun)
    later = [
        each.payload
        for each in night.of(telescope.DomeSlitCommanded, telescope.MirrorCoverCommanded)
        if each.position > begun.position
    ]
    assert {each.action for each in later} == {"close"}  # type: ignore[attr-defined]
    assert not night.told(telescope.DeviceCommandFailed)
    assert night.truly_closed

    night.record(queue.QueueStarted(reason="over", who="test"))
    night.run_to_end()
    assert running.recipe_id in {each.recipe_id for each in night.told(recipe.RecipeCompleted)}
    assert night.truly_closed


def test_a_hung_executor_that_goes_on_breaks_its_recipe_off(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.hang_executor()
    night.run_for(150)

    night.executor_goes_on()
    night.run_to_end()

    [interrupted, *_] = night.told(recipe.RecipeInterrupted)
    assert "guardian" in interrupted.reason
    assert night.truly_closed
    assert night.truly_parked


@pytest.mark.parametrize("how", ["kill_executor", "hang_executor"])
def test_the_guardian_does_not_repeat_an_emergency_that_has_made_safe(guarded: Opener, how: str) -> None:
    night = guarded()
    in_an_exposure(night)
    getattr(night, how)()
    night.emergency("storm")
    night.run_for(600)

    assert [each.by for each in night.told(MakingSafeBegun)] == ["emergency"]
    assert night.truly_closed
    assert night.truly_parked


def test_what_is_opened_after_an_emergency_is_closed_when_the_executor_is_silent_again(
    guarded: Opener,
) -> None:
    night = guarded()
    in_an_exposure(night)
    night.emergency("storm")
    night.run_for(200)
    night.hang_executor()
    night.run_for(100)

    assert [each.by for each in night.told(MakingSafeBegun)] == ["emergency", "guardian"], "rule 2"


def test_an_emergency_is_the_persons_own_when_the_guardian_acts_too(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.kill_executor()
    night.run_until_seen(MakingSafeBegun)

    night.emergency()
    night.run_until_true(lambda: night.truly_closed and night.truly_parked, 150.0)
    night.run_for(5)

    assert next(each.by for each in night.told(TelescopeMadeSafe)) == "emergency"


def test_while_locked_it_closes_but_parks_nothing(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.record(telescope.TelescopeLockSet(who="M. Kokubo", why="in the dome"))
    night.kill_executor()

    made = night.emergency()
    night.run_until_true(lambda: night.truly_closed, 45.0)
    night.run_for(300)

    assert not night.truly_parked
    assert "M. Kokubo has locked it (in the dome)" in made.left_alone
    assert not [each for each in night.of(telescope.MountParkCommanded) if each.actor == "emergency"]


def test_without_a_guardian_nobody_closes(guarded: Opener) -> None:
    """Shows that the tests above can fail."""
    night = guarded()
    in_an_exposure(night)
    night.kill_guardian()
    night.kill_executor()

    night.run_for(600)

    assert not night.truly_closed


FAULTS = {
    "power fails": ("power", "fail", "the power is failing"),
    "slit does not answer": ("dome_slit", "drop", "dome_slit does not answer"),
    "mount does not answer": ("mount", "drop", "mount does not answer"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_missing_or_failing(guarded: Opener, name: str) -> None:
    device, kind, reason = FAULTS[name]
    night = guarded()
    in_an_exposure(night)

    night.fault(device, kind)  # type: ignore[arg-type]
    begun = night.run_until_seen(MakingSafeBegun)

    assert reason in begun.payload.reasons[0]  # type: ignore[attr-defined]
    assert begun.time - night.clock.now() < 200 * SECOND


def test_weather_that_nobody_heeds(guarded: Opener) -> None:
    """The executor's process lives, but decides nothing."""
    night = guarded("weather: [{ kind: rain, from: '16:57', to: '17:20' }]", only=())
    in_rain = jst("16:57")
    night.start()
    for opened in (
        telescope.DomeSlitCommanded(action="open", reason="a mistake"),
        telescope.MirrorCoverCommanded(action="open", reason="a mistake"),
    ):
        night.record(telescope.TelescopeLockReleased(who="test", why=""), opened)
    night.run_until("16:56")
    assert not night.truly_closed

    night.run_until("17:00")

    [begun] = night.told(MakingSafeBegun)
    assert begun.reasons[0] == "rain"
    assert 0 <= begun.begun_us - in_rain <= 120 * SECOND
    assert night.truly_closed


def test_the_sun_on_an_open_slit(guarded: Opener) -> None:
    night = guarded(start_up="06:30", only=())
    night.start()
    night.record(telescope.TelescopeLockReleased(who="test", why=""))
    night.record(telescope.DomeSlitCommanded(action="open", reason="a mistake"))
    night.clock.run_until(jst("06:45"))
    assert not night.told(MakingSafeBegun)

    night.clock.run_until(jst("07:00"))

    [begun] = night.told(MakingSafeBegun)
    assert begun.reasons[0].startswith("the Sun is up")
    assert night.truly_closed


def test_a_device_that_does_not_obey_is_told_again_and_the_log_says_so(guarded: Opener) -> None:
    night = guarded()
    in_an_exposure(night)
    night.fault("mirror_cover", "fail")
    night.kill_executor()

    night.run_for(400)

    overdue = night.told(safety.MakingSafeOverdue)
    assert overdue[0].not_safe == ["mirror_cover: fault"]
    told = [each for each in night.of(telescope.MirrorCoverCommanded) if each.actor == "guardian"]
    assert len(told) > 30
    night.shared.telescope.faults.end("mirror_cover", "fail", night.shared.now_us())
    night.run_for(60)
    assert night.truly_closed
    assert night.told(TelescopeMadeSafe)

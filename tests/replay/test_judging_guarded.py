"""Nights into which guardian, emergency and persons reached: what they appended is input, not decision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from adapters.code_identity import code_identity
from replay.judging import BY_THE_TELESCOPE, Judge
from replay.night import ReplayedNight
from tests.replay.conftest import log_of
from tests.tomoe_es.control.observatory import jst, plan, survey
from tests.tomoe_es.safety.guarded_observatory import GuardedObservatory
from tomoe_es.control.deciders_of_a_night import deciders_of_a_night, folds_of_a_night
from tomoe_es.events import camera, queue, recipe, safety, system, telescope
from tomoe_es.events.envelope import Draft
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.log.port import Batch

DECIDERS = {each.name for each in deciders_of_a_night(folds_of_a_night())}


@pytest.fixture
def guarded() -> Iterator[GuardedObservatory]:
    night = GuardedObservatory(None, plan(end="17:30"))
    register(night)
    night.start(survey(4, at="16:55"), survey(3, at="17:12", comment="the other"))
    night.run_until_seen(camera.ExposureStarted, times=4)
    yield night
    night.close()


def register(night: GuardedObservatory) -> None:
    """Say which code writes from now on, by which the night's own events are known."""
    [code] = night.record(code_identity())
    night.conductor.write_as(code.position)


def decided_the_same(night: GuardedObservatory) -> None:
    events = night.all()
    replayed = ReplayedNight(log_of(events))

    result = Judge(replayed.folding(0), stop_after=None).run(replayed.events())

    assert result.differences == []
    assert result.decisions == sum(each.actor in DECIDERS for each in events) > 100


def test_a_night_with_an_emergency(guarded: GuardedObservatory) -> None:
    guarded.emergency("smoke in the dome")
    guarded.run_for(300)
    guarded.record(queue.QueueStarted(reason="only dust"))
    guarded.run_to_end()

    assert guarded.told(safety.TelescopeMadeSafe)
    assert "emergency" in {each.actor for each in guarded.of(telescope.DomeSlitCommanded)}
    decided_the_same(guarded)


def test_a_night_whose_executor_was_killed_and_the_guardian_closed(guarded: GuardedObservatory) -> None:
    guarded.kill_executor()
    guarded.run_for(200)
    again = GuardedObservatory(None, guarded.plan, former=guarded)
    again.conductor.catch_up()
    register(again)
    again.resume()
    again.run_to_end()

    assert again.told(safety.MakingSafeBegun)
    decided_the_same(again)


def test_a_night_whose_executor_hung_and_did_late_what_was_due(guarded: GuardedObservatory) -> None:
    guarded.hang_executor()
    guarded.run_for(150)
    guarded.executor_goes_on()
    guarded.run_to_end()

    assert guarded.told(safety.MakingSafeBegun)
    decided_the_same(guarded)


def test_a_night_in_which_persons_locked_and_aborted(guarded: GuardedObservatory) -> None:
    guarded.record(telescope.TelescopeLockSet(who="test", why="a person is in the dome"))
    guarded.run_for(200)
    guarded.record(telescope.TelescopeLockReleased(who="test", why="out again"))
    guarded.run_for(60)
    guarded.record(queue.QueueAbortRequested(who="test", why="wrong field"))
    guarded.run_for(200)
    guarded.record(queue.QueueStarted(reason="the right field"))
    guarded.run_to_end()

    assert guarded.told(ViolationDetected) == []
    decided_the_same(guarded)


def test_a_command_whose_clock_is_ahead_sets_no_clock_but_its_own(guarded: GuardedObservatory) -> None:
    # given a lock of another process in mid exposure, which has a later time than the night's process
    locked = telescope.TelescopeLockSet(who="test", why="a person is in the dome")
    draft = Draft(locked, guarded.clock.now() + 1, actor="tomoe lock set")
    guarded.log.append_many([Batch(locked.stream(), [draft])])
    guarded.conductor.follow_others()
    guarded.run_for(60)

    # then the recipe is queued again after the camera has told at once that it aborted the exposure
    [aborted] = guarded.of(camera.ExposureAborted)
    [queued] = (each for each in guarded.of(recipe.RecipeQueued) if each.time == aborted.time < draft.time)
    assert aborted.position < queued.position
    decided_the_same(guarded)

    # and a decision of that instant which is missing is found all the same
    left = [
        replace(each, position=each.position - (each.position > queued.position))
        for each in guarded.all()
        if each.position != queued.position
    ]
    found = Judge(ReplayedNight(log_of(left)).folding(0), stop_after=1).run(iter(left)).differences
    assert [(each.decider, each.time) for each in found] == [("scheduler", queued.time)]


@pytest.mark.parametrize("guardian", [True, False])
def test_an_alarm_may_ring_late_where_a_guardian_looks_too(guardian: bool) -> None:
    # given a night that comes to its alarm of 16:51 only after it has taken in readings of a later time
    night = GuardedObservatory(None, plan(end="17:10"))
    register(night)
    if guardian:
        night.record(system.ProcessStarted(process="guardian", pid=1, host="test"))
    night.start(survey(1, at="16:55"))
    night.run_until("16:50:59")
    night.hang_executor()
    night.run_for(9)
    night.executor_goes_on()
    night.run_to_end()
    events = night.all()
    night.close()
    entered = (each for each in events if isinstance(each.payload, system.NightPhaseEntered))
    observing = next(each for each in entered if each.payload.phase == "observing")
    before = events[observing.position - 2]
    assert before.time == observing.time > jst("16:51")
    assert type(before.payload) in BY_THE_TELESCOPE

    # when it is decided again
    replayed = ReplayedNight(log_of(events))
    result = Judge(replayed.folding(0), stop_after=None).run(replayed.events())

    # then that is no difference, unless there was nobody else who could have let the telescope's time pass
    assert (result.differences == []) == guardian

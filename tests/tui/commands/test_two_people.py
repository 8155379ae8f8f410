"""`tomoe lock` and `tomoe queue stop | abort | start`: the second person sees whose hand is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest

from tests.tui.commands.test_queue import NIGHT, folder, record
from tomoe_es.control import hands
from tomoe_es.control.hands import (
    LockInOtherHands,
    LockNotSet,
    LockSetAlready,
    QueueInOtherHands,
    QueueRunsAlready,
    QueueStoppedAlready,
)
from tomoe_es.control.state import Control
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import (
    ObservingSuspended,
    QueueAbortRequested,
    QueuePaused,
    QueueStarted,
    ReopeningsUsedUp,
)
from tomoe_es.events.safety import MakingSafeBegun
from tomoe_es.events.system import NightPhaseEntered
from tomoe_es.events.telescope import TelescopeLockReleased, TelescopeLockSet
from tomoe_es.log import open_log
from tomoe_es.log.port import Appended, EventLog
from tui import running_night
from tui.commands import lock, queue
from tui.data_folder import DataFolder
from tui.running_night import LogTooBusy, NoNightRuns

__all__ = ["folder"]  # the fixture of a data folder with a night

Become = Callable[[str], None]


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Become:
    """Lets another person type from now on."""

    def change(name: str) -> None:
        monkeypatch.setenv("LOGNAME", name)

    change("alice")
    return change


@pytest.fixture
def said(folder: DataFolder) -> Callable[[], list[Event]]:
    """What people said since the night was planned."""

    def events() -> list[Event]:
        with closing(open_log(folder.log_url)) as log:
            return [each.payload for each in log.read(after=1)]

    return events


class TestLock:
    def test_who_why_and_since_when(
        self, folder: DataFolder, become: Become, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lock.show(data=folder.top)
        lock.set_lock(why="mirror wash", data=folder.top)
        lock.show(data=folder.top)
        lock.release(why="done", data=folder.top)
        lock.show(data=folder.top)

        before, done, shown, released, after = capsys.readouterr().out.splitlines()
        assert before == "the telescope is locked as it is before the first night"
        assert done == "locked by alice: mirror wash (event 2)"
        assert shown.startswith("alice locked the telescope at 2023-12-12T07:")
        assert shown.endswith("UTC: mirror wash")
        assert released == "released by alice: done (event 3)"
        assert after == "the telescope is not locked"

    def test_the_second_to_lock_sees_the_first_and_changes_nothing(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        lock.set_lock(why="mirror wash", data=folder.top)
        become("bob")

        with pytest.raises(LockSetAlready, match=r"alice locked the telescope at .*: mirror wash"):
            lock.set_lock(why="lunch", data=folder.top)

        assert said() == [TelescopeLockSet(who="alice", why="mirror wash")]

    def test_a_lock_of_somebody_else_is_taken_over_on_purpose_only(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        lock.set_lock(why="mirror wash", data=folder.top)
        become("bob")

        with pytest.raises(LockInOtherHands, match=r"alice .*--take-over"):
            lock.release(why="she went home", data=folder.top)
        assert len(said()) == 1

        lock.release(why="she went home", take_over=True, data=folder.top)
        assert said()[-1] == TelescopeLockReleased(who="bob", why="she went home")

    def test_a_lock_that_is_not_set_is_not_released(self, folder: DataFolder, become: Become) -> None:
        lock.release(why="evening", data=folder.top)

        with pytest.raises(LockNotSet):
            lock.release(why="again", data=folder.top)

    def test_by_day_when_the_mirror_is_washed(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        record(folder, NightPhaseEntered(night=NIGHT, phase="ended", reason="done"))

        lock.set_lock(why="mirror wash", data=folder.top)
        with pytest.raises(NoNightRuns):
            queue.stop(data=folder.top)
        lock.release(why="done", data=folder.top)

        assert said()[1:] == [
            TelescopeLockSet(who="alice", why="mirror wash"),
            TelescopeLockReleased(who="alice", why="done"),
        ]

    @pytest.mark.parametrize("of_schedule", [True, False])
    def test_the_lock_of_the_schedule_or_of_a_recipe_is_taken_over(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]], of_schedule: bool
    ) -> None:
        record(folder, TelescopeLockSet(who="scheduler", why="Kiso", recipe_id="a", of_schedule=of_schedule))

        lock.set_lock(why="mirror wash", data=folder.top)

        assert said()[-1] == TelescopeLockSet(who="alice", why="mirror wash")
        become("bob")
        with pytest.raises(LockSetAlready, match="alice"):
            lock.set_lock(why="lunch", data=folder.top)


class TestQueue:
    def test_stop_names_who_and_why(
        self,
        folder: DataFolder,
        become: Become,
        said: Callable[[], list[Event]],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert queue.stop(why="tea", data=folder.top) == 0

        assert said() == [QueuePaused(reason="tea", who="alice", how="stop")]
        assert capsys.readouterr().out == "stopped by alice (event 2)\n"

    def test_a_queue_that_bob_has_stopped_is_left_to_him(
        self,
        folder: DataFolder,
        become: Become,
        said: Callable[[], list[Event]],
    ) -> None:
        become("bob")
        queue.stop(why="the focus drifts", data=folder.top)
        become("alice")

        with pytest.raises(
            QueueStoppedAlready, match=r"bob stopped it at 2023-12-12T.* UTC: the focus drifts"
        ):
            queue.stop(why="tea", data=folder.top)

        assert len(said()) == 1

    def test_start_by_another_asks_for_taking_over_and_tells_of_the_first(
        self,
        folder: DataFolder,
        become: Become,
        said: Callable[[], list[Event]],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        become("bob")
        queue.stop(why="the focus drifts", data=folder.top)
        become("alice")

        with pytest.raises(QueueInOtherHands, match=r"bob stopped it .*--take-over"):
            queue.start(data=folder.top)
        assert len(said()) == 1

        capsys.readouterr()
        queue.start(why="focused", take_over=True, data=folder.top)
        assert said()[-1] == QueueStarted(reason="focused", who="alice", taken_over_from="bob")
        assert capsys.readouterr().out.startswith("before: bob stopped it at ")

    def test_who_stopped_it_starts_it_again(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        queue.stop(data=folder.top)
        queue.start(data=folder.top)

        assert said()[-1] == QueueStarted(reason="", who="alice", taken_over_from="")

    def test_a_queue_that_runs_is_not_started(self, folder: DataFolder, become: Become) -> None:
        with pytest.raises(QueueRunsAlready):
            queue.start(data=folder.top)

    def test_but_it_is_when_no_reopening_is_left(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        record(folder, ReopeningsUsedUp(closings=5))

        queue.start(why="the front is through", data=folder.top)

        assert said()[-1] == QueueStarted(reason="the front is through", who="alice")
        with pytest.raises(QueueRunsAlready):
            queue.start(data=folder.top)

    def test_abort_goes_through_a_stopped_queue_once(
        self, folder: DataFolder, become: Become, said: Callable[[], list[Event]]
    ) -> None:
        queue.stop(data=folder.top)
        become("bob")

        queue.abort(why="smoke", data=folder.top)
        with pytest.raises(QueueStoppedAlready, match="bob has asked for it just now"):
            queue.abort(why="smoke!", data=folder.top)

        assert said()[1:] == [QueueAbortRequested(who="bob", why="smoke")]

    def test_an_emergency_is_named_too(self, folder: DataFolder, become: Become) -> None:
        record(folder, MakingSafeBegun(by="emergency", who="bob", reasons=["smoke"], begun_us=1))
        record(folder, QueuePaused(reason="smoke", who="bob", how="emergency"))

        with pytest.raises(QueueInOtherHands, match="bob called an emergency at"):
            queue.start(data=folder.top)


class _Quicker:
    """A log in which somebody else appends just before each of the first appends."""

    def __init__(self, log: EventLog, *events: Event) -> None:
        self._log, self._events = log, list(events)

    def append(self, stream: str, events: Sequence[Draft], **options: Any) -> Appended:
        if self._events:
            other = self._events.pop(0)
            self._log.append(other.stream(), [Draft(other, events[0].time - 1)])
        return self._log.append(stream, events, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class TestAtTheSameMoment:
    def test_the_second_is_told_what_the_first_did_meanwhile(self, folder: DataFolder) -> None:
        with closing(open_log(folder.log_url)) as log:
            quicker: Any = _Quicker(log, QueuePaused(reason="clouds", who="bob"))

            with pytest.raises(QueueStoppedAlready, match=r"bob stopped it at .*: clouds"):
                running_night.say(quicker, "queue", lambda state: hands.stop(state, "alice", "tea"), "test")

    def test_two_who_lock(self, folder: DataFolder) -> None:
        with closing(open_log(folder.log_url)) as log:
            quicker: Any = _Quicker(log, TelescopeLockSet(who="bob", why="mirror wash"))

            with pytest.raises(LockSetAlready, match="bob locked the telescope"):
                running_night.say(
                    quicker, "telescope_lock", lambda state: hands.set_lock(state, "alice", "tea"), "test"
                )

    def test_what_the_system_itself_says_meanwhile_is_no_conflict(self, folder: DataFolder) -> None:
        with closing(open_log(folder.log_url)) as log:
            quicker: Any = _Quicker(log, ObservingSuspended(reasons=["clouds"]))

            running_night.say(quicker, "queue", lambda state: hands.stop(state, "alice", "tea"), "test")

            assert [type(each.payload).__name__ for each in log.read_stream("queue")] == [
                *("ObservingSuspended", "QueuePaused")
            ]

    def test_it_gives_up_in_the_end(self, folder: DataFolder) -> None:
        with closing(open_log(folder.log_url)) as log:
            busy: Any = _Quicker(log, *[ObservingSuspended(reasons=["clouds"])] * 50)

            with pytest.raises(LogTooBusy, match="'queue'"):
                running_night.say(busy, "queue", _stop_for_tea, "test")


def _stop_for_tea(state: Control) -> Event:
    return hands.stop(state, "alice", "tea")


def test_a_stop_holds_until_somebody_starts(folder: DataFolder) -> None:
    with closing(open_log(folder.log_url)) as log:
        running_night.say(log, "queue", _stop_for_tea, "test")
        state = running_night.hands(log)

    assert state.hand is not None
    assert (state.hand.who, state.hand.how, state.running) == ("alice", "stop", False)

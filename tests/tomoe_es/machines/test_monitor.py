"""The monitor records each departure once, whenever it is killed, and judges a past night as it did live."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event, camera, telescope
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.log import open_log
from tomoe_es.machines import monitor
from tomoe_es.machines.judging import steps as judge

Make = Callable[..., Any]


class Timers:
    """A clock that stands, and alarms that ring at once when they are due."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def now(self) -> int:
        return 5

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        if time_us <= self.now():
            self.due.append(action)


class Night:
    """A log with a monitor that can be killed before it records what it found."""

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self.monitor = monitor.decider(Fold(monitor.initial(), monitor.evolve, monitor.EVENT_TYPES))

    def happen(self, event: Event, cause: int = 0) -> Recorded:
        """Record an event, and let the monitor's state take it in."""
        at = len(self.log) + 1
        recorded = Recorded(at, event.stream(), 0, at, 0, cause, 0, "", event)
        self.log.append(recorded)
        fold = self.monitor.fold
        if type(event) in fold.types:
            fold.state = fold.evolve(fold.state, recorded)
        return recorded

    def decide(self, recorded: Recorded | None) -> None:
        """Let the monitor decide, and record its decisions."""
        for decision in self.monitor.decide(self.monitor.fold.state, recorded, 0):
            self.happen(decision.event, decision.cause)

    def restart(self) -> None:
        """Begin anew from the log alone."""
        fold = Fold(monitor.initial(), monitor.evolve, monitor.EVENT_TYPES)
        for recorded in self.log:
            if type(recorded.payload) in fold.types:
                fold.state = fold.evolve(fold.state, recorded)
        self.monitor = monitor.decider(fold)
        for _ in range(2):  # the end of a departure is recorded after the departure
            if fold.state.unrecorded:
                assert self.monitor.next_wakeup(fold.state, 5) == 5
                self.decide(None)
        assert not fold.state.unrecorded

    def violations(self) -> list[ViolationDetected]:
        """What is in the log, in order of the events that departed."""
        found = [each.payload for each in self.log if isinstance(each.payload, ViolationDetected)]
        return sorted(found, key=lambda each: (each.evidence[0], each.thing))


def events(make: Make) -> list[Event]:
    slits = [make(telescope.DomeSlitRead, state=state) for state in ("closed", "opening", "open", "fault")]
    orders = [make(telescope.DomeSlitCommanded, action=action) for action in ("open", "close")]
    chips = [make(camera.ChipCubeAcquired, exposure_number=1, frame_id=frame_id) for frame_id in "ab"]
    return [*slits, *orders, *chips, make(telescope.TelescopeLockReleased), make(telescope.TelescopeLockSet)]


@given(data=st.data())
def test_every_departure_is_recorded_once_whenever_it_is_killed(make: Make, data: st.DataObject) -> None:
    night = Night()
    steps = st.tuples(st.sampled_from(events(make)), st.sampled_from(["decide", "kill"]))
    for event, then in data.draw(st.lists(steps, max_size=30)):
        recorded = night.happen(event)
        if then == "decide":
            night.decide(recorded)
        else:
            night.restart()
    again = judge.judge_all(night.log)
    assert night.violations() == sorted(again, key=lambda each: (each.evidence[0], each.thing))


def test_nothing_is_asked_for_while_all_is_normal(make: Make) -> None:
    night = Night()
    night.decide(night.happen(make(telescope.DomeSlitRead, state="closed")))
    assert night.violations() == []
    assert night.monitor.next_wakeup(night.monitor.fold.state, 5) is None


def test_its_own_events_do_not_wake_it() -> None:
    assert telescope.MountRead in monitor.INPUTS
    assert ViolationDetected not in monitor.INPUTS


def test_a_conductor_records_what_a_crash_left_unrecorded(make: Make, tmp_path: Path) -> None:
    with closing(open_log(f"sqlite:///{tmp_path}")) as log:
        for state in ("closed", "opening"):
            log.append("mirror_cover", [Draft(make(telescope.MirrorCoverRead, state=state), time=1)])
        for _ in range(2):  # the second time there is nothing left
            timers = Timers()
            conductor = Conductor(log, timers)
            fold = Fold(monitor.initial(), monitor.evolve, monitor.EVENT_TYPES)
            conductor.add([monitor.decider(fold)])
            conductor.catch_up()
            conductor.start()
            while timers.due:
                timers.due.pop()()
        conductor.record([make(telescope.MirrorCoverRead, state="closed")], actor="mirror_cover")
        told = [each for each in log.read() if isinstance(each.payload, ViolationDetected)]
    assert [(each.cause, each.payload.evidence) for each in told] == [(2, [2, 1]), (4, [4, 2])]

"""The telescope as several connections share it: whose clock it follows, and who may command."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.telescope_line import messages
from adapters.telescope_line.messages import Act, Advance, Begin, Command, Lock, Poll, Release, TakeCharge
from adapters.telescope_line.shared_telescope import (
    DRIVER_HANGS_AFTER_SECONDS,
    Session,
    SharedTelescope,
)
from tests.tomoe_es.control.observatory import NIGHT
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.safety import MakingSafeBegun
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DomeSlitCommanded,
    DomeSlitRead,
    MirrorCoverCommanded,
    MountParkCommanded,
    PowerRead,
)
from tomoe_es.events.weather import WeatherRead

START_US = 1_702_378_800 * SECOND  # 2023-12-12 20:00 JST
OPEN, CLOSE = (DomeSlitCommanded(action=each, reason="a test") for each in ("open", "close"))  # type: ignore[arg-type]


class Bench:
    """A telescope whose night was begun, and real time that is told."""

    def __init__(self, speed: float = 1.0) -> None:
        self.seconds = 0.0
        self.shared = SharedTelescope(lambda: self.seconds)
        self.night = self.shared.connect("night", driver=True)
        self.begun = self.ask(self.night, Begin(NIGHT, 1, "clear", speed, START_US, Hardware(locked=False)))

    def ask(self, session: Session, request: messages.AnyRequest) -> messages.Reply:
        return self.shared.ask(session, request)

    def take_charge(self, by: Any = "guardian", waited: float = 0.0) -> Session:
        session = self.shared.connect(by)
        taken = self.ask(session, TakeCharge(f"{by} 1", by, "test", ["a test"], waited))
        assert not taken.refused
        return session

    def now(self) -> float:
        return (self.shared.now_us() - START_US) / SECOND


@pytest.fixture
def bench() -> Bench:
    return Bench()


def events(reply: messages.Reply) -> list[Event]:
    return [each.event for each in reply.happened]


def test_a_night_begins_with_a_reading_of_every_device(bench: Bench) -> None:
    streams = {each.stream() for each in events(bench.begun)}
    assert streams == {"mount", "dome_slit", "dome_rotation", "mirror_cover", "focus", "power", "weather"}


def test_time_passes_only_as_the_driver_lets_it(bench: Bench) -> None:
    bench.seconds = 500.0
    bench.shared.tick()
    assert bench.now() == 0.0
    reply = bench.ask(bench.night, Advance(START_US + 60 * SECOND))
    assert bench.now() == 10.0, "up to the first thing that happens: a weather reading"
    assert [type(each).__name__ for each in events(reply)] == ["WeatherRead"]


def test_everybody_is_told_everything(bench: Bench) -> None:
    other = bench.shared.connect("other")
    assert PowerRead(state="mains", battery_percent=100.0) in events(bench.ask(other, Poll()))
    bench.ask(bench.night, Command(OPEN, 17, START_US))
    bench.ask(bench.night, Advance(START_US + SECOND))
    [read] = bench.ask(other, Poll()).happened
    assert (read.event, read.cause) == (DomeSlitRead(state="opening"), 17)


def test_only_the_driver_commands(bench: Bench) -> None:
    other = bench.shared.connect("other")
    for request in (Command(OPEN, 1, START_US), Advance(START_US + SECOND), Act([CLOSE]), Release()):
        assert "is not for other to ask" in bench.ask(other, request).refused


def test_while_a_driver_drives_whoever_is_in_charge_goes_along(bench: Bench) -> None:
    guardian = bench.take_charge()
    bench.ask(guardian, Act([CLOSE]))
    bench.seconds = DRIVER_HANGS_AFTER_SECONDS / 2
    bench.shared.tick()
    assert bench.now() == 0.0


@pytest.mark.parametrize("speed", [1.0, 100.0])
def test_time_passes_by_itself_for_whoever_is_in_charge_when_the_driver_hangs(speed: float) -> None:
    bench = Bench(speed)
    bench.seconds = 10.0
    guardian = bench.take_charge(waited=10.0)
    assert bench.now() == 10.0, "so long the guardian had waited"
    bench.ask(guardian, Act([CLOSE]))
    bench.seconds += 2.0
    bench.ask(guardian, Poll())
    assert bench.now() == 10.0 + 2.0 * speed
    bench.ask(guardian, Release())
    bench.seconds += 100.0
    bench.shared.tick()
    assert bench.now() == 10.0 + 2.0 * speed, "it stands still again"


def test_taking_charge_again_lets_no_time_pass_twice(bench: Bench) -> None:
    bench.seconds = 10.0
    guardian = bench.take_charge(waited=10.0)
    bench.ask(guardian, Release())
    bench.take_charge("emergency", waited=10.0)
    assert bench.now() == 10.0


def test_a_driver_that_is_back_learns_what_others_did_each_at_its_time(bench: Bench) -> None:
    bench.seconds = 10.0
    guardian = bench.take_charge(waited=10.0)
    bench.ask(guardian, Act([CLOSE, MountParkCommanded(reason="a test")]))
    bench.seconds += 5.0
    bench.ask(guardian, Poll())
    reply = bench.ask(bench.night, Advance(START_US))
    assert (reply.now_us - START_US) / SECOND == 15.0
    told = {each.command_id: each for each in reply.happened if each.command_id}
    assert isinstance(told["guardian 1 begun"].event, MakingSafeBegun)
    by_guardian = [each for each in told.values() if each.actor == "guardian"]
    assert {(each.at_us - START_US) / SECOND for each in by_guardian} == {10.0}
    assert [each.event for each in by_guardian[1:]] == [CLOSE, MountParkCommanded(reason="a test")]


def test_each_reading_under_a_charge_is_told_to_all_under_one_id(bench: Bench) -> None:
    bench.seconds = 10.0
    guardian = bench.take_charge()
    before = bench.ask(guardian, Act([CLOSE])).happened
    bench.seconds += 60.0
    seen = [*before, *bench.ask(guardian, Poll()).happened]
    bench.ask(guardian, Release())
    ids = [each.command_id for each in seen if isinstance(each.event, DomeSlitRead | WeatherRead)]
    assert len(ids) >= 6, "the weather is read every 10 s"
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("guardian 1 ") for each in ids)
    back = bench.ask(bench.night, Poll()).happened
    assert set(ids) <= {each.command_id for each in back}
    later = bench.ask(bench.night, Advance(bench.shared.now_us() + 60 * SECOND)).happened
    assert later
    assert not [each for each in later if each.command_id]


def test_what_a_driver_that_hangs_has_not_asked_for_is_told_by_who_takes_charge() -> None:
    bench = Bench()
    bench.shared = SharedTelescope(lambda: bench.seconds, stands_still=False)
    bench.night = bench.shared.connect("night", driver=True)
    bench.ask(bench.night, Begin(NIGHT, 1, "clear", 1.0, START_US, Hardware(locked=False)))
    for bench.seconds in (2.0, 30.0):
        bench.shared.tick()  # as its process does again and again
    session = bench.shared.connect("guardian")

    taken = bench.ask(session, TakeCharge("guardian 1", "guardian", "test", ["a test"]))

    assert [each.event for each in taken.unheard if isinstance(each.event, WeatherRead)]
    back = bench.ask(bench.night, Poll()).happened
    assert back[: len(taken.unheard)] == taken.unheard, "under the same ids, so they are recorded once"
    assert all(each.command_id.startswith("guardian 1 ") for each in back)


def test_nothing_opens_while_somebody_makes_safe_nor_before_the_driver_knows(bench: Bench) -> None:
    guardian = bench.take_charge()
    for _ in range(2):
        reply = bench.ask(bench.night, Command(OPEN, 1, START_US))
        [failed] = [each for each in events(reply) if isinstance(each, DeviceCommandFailed)]
        assert "the guardian makes the telescope safe (a test)" in failed.message
    bench.ask(guardian, Release())
    assert not [
        each
        for each in events(bench.ask(bench.night, Command(OPEN, 2, START_US)))
        if isinstance(each, DeviceCommandFailed)
    ]


def test_a_driver_that_hung_opens_nothing_with_its_first_word(bench: Bench) -> None:
    guardian = bench.take_charge()
    bench.ask(guardian, Release())
    first, second = (bench.ask(bench.night, Command(OPEN, 1, START_US)) for _ in range(2))
    assert [each for each in events(first) if isinstance(each, DeviceCommandFailed)]
    assert not [each for each in events(second) if isinstance(each, DeviceCommandFailed)]


def test_closing_and_parking_are_not_refused_meanwhile(bench: Bench) -> None:
    bench.take_charge()
    for command in (CLOSE, MirrorCoverCommanded(action="close", reason=""), MountParkCommanded(reason="")):
        reply = bench.ask(bench.night, Command(command, 1, START_US))
        assert not [each for each in events(reply) if isinstance(each, DeviceCommandFailed)]


def test_locked_it_only_closes(bench: Bench) -> None:
    bench.ask(bench.night, Lock(True, "M. Kokubo", "in the dome"))
    for command, refused in ((OPEN, True), (MountParkCommanded(reason=""), True), (CLOSE, False)):
        reply = bench.ask(bench.night, Command(command, 1, START_US))
        failed = [each.message for each in events(reply) if isinstance(each, DeviceCommandFailed)]
        assert bool(failed) == refused
        assert all("locked by M. Kokubo (in the dome)" in each for each in failed)
    assert (reply.locked_by, reply.locked_why) == ("M. Kokubo", "in the dome")


def test_an_emergency_takes_over_from_the_guardian_and_not_the_other_way_round(bench: Bench) -> None:
    guardian = bench.take_charge()
    emergency = bench.take_charge("emergency")
    assert bench.ask(guardian, Act([CLOSE])).refused
    assert bench.ask(guardian, TakeCharge("guardian 2", "guardian", "", ["why"])).refused
    assert not bench.ask(emergency, Act([CLOSE])).refused


def test_who_is_gone_is_not_in_charge(bench: Bench) -> None:
    bench.shared.disconnect(bench.take_charge())
    assert bench.ask(bench.night, Poll()).in_charge == ""


def test_a_new_driver_finds_the_telescope_as_it_is(bench: Bench) -> None:
    bench.ask(bench.night, Command(OPEN, 1, START_US))
    bench.shared.disconnect(bench.night)
    again = bench.shared.connect("night", driver=True)
    reply = bench.ask(again, Begin(NIGHT, 1, "clear", 1.0, START_US + 30 * SECOND, Hardware()))
    assert DomeSlitRead(state="opening") in events(reply)
    assert not bench.shared.is_safe()


@pytest.mark.parametrize("locked", [True, False])
def test_a_new_driver_brings_the_lock_of_its_log(bench: Bench, locked: bool) -> None:
    bench.ask(bench.night, Lock(not locked, "M. Kokubo", "before"))
    bench.shared.disconnect(bench.night)
    again = bench.shared.connect("night", driver=True)
    last = Hardware(locked=locked, locked_by="S. Sako" if locked else "", locked_why="now" if locked else "")

    reply = bench.ask(again, Begin(NIGHT, 1, "clear", 1.0, START_US + SECOND, last))

    assert (reply.locked_by, reply.locked_why) == (("S. Sako", "now") if locked else (None, ""))
    opened = bench.ask(again, Command(OPEN, 1, START_US + 2 * SECOND))
    failed = [each.message for each in events(opened) if isinstance(each, DeviceCommandFailed)]
    assert bool(failed) == locked


def test_whoever_has_recorded_a_lock_tells_it_though_the_driver_hangs(bench: Bench) -> None:
    person = bench.shared.connect("lock")
    bench.ask(person, Lock(True, "M. Kokubo", "in the dome", 17))
    taken = bench.ask(bench.shared.connect("emergency"), TakeCharge("e", "emergency", "", ["a test"]))
    assert (taken.locked_by, taken.locked_why) == ("M. Kokubo", "in the dome")
    opened = bench.ask(bench.night, Command(MountParkCommanded(reason=""), 1, START_US))
    assert any(isinstance(each, DeviceCommandFailed) for each in events(opened))


def test_an_older_word_on_the_lock_that_comes_late_changes_nothing(bench: Bench) -> None:
    person = bench.shared.connect("lock")
    bench.ask(person, Lock(True, "M. Kokubo", "in the dome", 17))
    assert bench.ask(bench.night, Lock(False, "schedule", "the night begins", 12)).locked_by == "M. Kokubo"
    assert bench.ask(bench.night, Lock(False, "M. Kokubo", "out again", 18)).locked_by is None


def test_a_lock_that_is_not_in_the_log_yet_takes_no_other_s_place(bench: Bench) -> None:
    person = bench.shared.connect("lock")
    bench.ask(person, Lock(True, "M. Kokubo", "in the dome", 17))
    assert bench.ask(person, Lock(True, "T. Morokuma", "mirror wash")).locked_by == "M. Kokubo"
    assert bench.ask(person, Lock(True, "T. Morokuma", "mirror wash", 18)).locked_by == "T. Morokuma"


@pytest.mark.parametrize(("position", "locked_by"), [(16, "M. Kokubo"), (17, None)])
def test_a_new_driver_releases_no_lock_that_is_newer_than_what_it_has_read(
    bench: Bench, position: int, locked_by: str | None
) -> None:
    bench.ask(bench.shared.connect("lock"), Lock(True, "M. Kokubo", "in the dome", 17))
    again = bench.shared.connect("night", driver=True)
    begin = Begin(NIGHT, 1, "clear", 1.0, START_US + SECOND, Hardware(locked=False), position)
    assert bench.ask(again, begin).locked_by == locked_by


def test_before_a_night_there_is_nothing_to_command() -> None:
    shared = SharedTelescope(lambda: 0.0)
    emergency = shared.connect("emergency")
    assert shared.ask(emergency, TakeCharge("e", "emergency", "", [])).refused == (
        "no night was begun at this telescope"
    )
    assert shared.ask(emergency, Poll()).now_us == 0
    assert shared.is_safe()

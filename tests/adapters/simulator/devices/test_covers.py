"""The dome slit and the mirror cover: two drives between limit switches that differ in their time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.simulator.devices.dome_slit import DomeSlit
from adapters.simulator.devices.mirror_cover import MirrorCover
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceReached,
    DomeSlitCommanded,
    DomeSlitRead,
    MirrorCoverCommanded,
    MirrorCoverRead,
)


class Kind(msgspec.Struct, frozen=True):
    """One of the two devices: how to make it, its events, and its seconds from end to end."""

    make: Callable[..., Any]
    commanded: Callable[..., Any]
    read: Any
    travel: float


KINDS = {
    "dome_slit": Kind(DomeSlit, DomeSlitCommanded, DomeSlitRead, 40.0),
    "mirror_cover": Kind(MirrorCover, MirrorCoverCommanded, MirrorCoverRead, 15.0),
}


@pytest.fixture(params=sorted(KINDS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kind(name: str) -> Kind:
    return KINDS[name]


@pytest.fixture
def device(kind: Kind, bench: Any) -> Any:
    return kind.make(bench, bench.record, bench.faults)


def move(bench: Any, device: Any, kind: Kind, action: str) -> Any:
    return bench.command(device, kind.commanded(action=action, reason="test"))


def test_at_rest_it_is_closed_and_read_each_thirty_seconds(bench: Any, device: Any, kind: Kind) -> None:
    device.start()
    bench.run_until(95)
    assert bench.reading_times(kind.read) == [0, 30, 60, 90]
    assert bench.states(kind.read) == [(0, "closed")]
    assert not device.truly_open()


def test_it_opens_in_its_time_and_is_read_on_the_way(bench: Any, device: Any, kind: Kind, name: str) -> None:
    device.start()
    bench.run_until(10)
    command = move(bench, device, kind, "open")
    bench.run_until(10 + kind.travel + 31)
    assert bench.states(kind.read) == [(0, "closed"), (10.2, "opening"), (10 + kind.travel, "open")]
    on_the_way = [10.2 + second for second in range(int(kind.travel))]
    assert bench.reading_times(kind.read) == pytest.approx(
        [0, *on_the_way, 10 + kind.travel, 40 + kind.travel]
    )
    causes = [each.cause for each in bench.of(kind.read)]
    assert causes == [0, *[command.position] * (int(kind.travel) + 1), 0]
    assert {each.actor for each in bench.of(kind.read)} == {name}
    assert device.truly_open()


def test_closing_what_is_closed_is_answered(bench: Any, device: Any, kind: Kind) -> None:
    device.start()
    bench.run_until(5)
    command = move(bench, device, kind, "close")
    bench.run_until(6)
    answer = bench.of(kind.read)[-1]
    assert (bench.seconds(answer), answer.payload.state, answer.cause) == (5.2, "closed", command.position)


def test_it_turns_round_on_the_way(bench: Any, device: Any, kind: Kind) -> None:
    device.start()
    move(bench, device, kind, "open")
    bench.run_until(10)
    move(bench, device, kind, "close")
    bench.run_until(30)
    assert bench.states(kind.read) == [(0, "closed"), (0.2, "opening"), (10.2, "closing"), (20, "closed")]


def test_slow_takes_the_factor_for_as_long_as_it_lasts(
    bench: Any, device: Any, kind: Kind, name: str
) -> None:
    bench.plan_fault(name, "slow", 4, 10, factor=3)  # 2 seconds of work in 6
    device.start()
    move(bench, device, kind, "open")
    bench.run_until(100)
    assert bench.states(kind.read)[-1] == (kind.travel + 4, "open")


def test_failed_it_stops_where_it_is_and_refuses_commands(
    bench: Any, device: Any, kind: Kind, name: str
) -> None:
    bench.plan_fault(name, "fail", 5, 60)
    device.start()
    move(bench, device, kind, "open")
    bench.run_until(20)
    refused = move(bench, device, kind, "close")
    bench.run_until(70)
    move(bench, device, kind, "close")
    bench.run_until(100)
    assert bench.states(kind.read) == [
        (0, "closed"),
        (0.2, "opening"),
        (5, "fault"),
        (70.2, "closing"),
        (75, "closed"),
    ]
    [failed] = bench.of(DeviceCommandFailed)
    assert failed.cause == refused.position
    assert (failed.payload.device, failed.payload.command) == (name, kind.commanded.__name__)


def test_failed_at_a_switch_it_is_there_again_afterwards(
    bench: Any, device: Any, kind: Kind, name: str
) -> None:
    bench.plan_fault(name, "fail", 5, 10)
    device.start()
    bench.run_until(20)
    assert bench.states(kind.read) == [(0, "closed"), (5, "fault"), (10, "closed")]


def test_frozen_it_moves_but_tells_the_old_state(bench: Any, device: Any, kind: Kind, name: str) -> None:
    bench.plan_fault(name, "freeze", 5, 90)
    device.start()
    bench.run_until(10)
    move(bench, device, kind, "open")
    bench.run_until(10 + kind.travel)
    assert device.truly_open()
    bench.run_until(91)
    assert bench.states(kind.read) == [(0, "closed"), (90, "open")]
    assert 10.2 in bench.reading_times(kind.read)


def test_lying_it_tells_a_motion_that_is_not_there(bench: Any, device: Any, kind: Kind, name: str) -> None:
    bench.plan_fault(name, "lie", 5, 90)
    device.start()
    bench.run_until(10)
    move(bench, device, kind, "open")
    bench.run_until(89)
    assert bench.states(kind.read)[-1] == (10 + kind.travel, "open")
    assert not device.truly_open()
    bench.run_until(90)
    assert bench.states(kind.read)[-1] == (90, "closed")


def test_dropped_it_is_silent_and_undeliverable_but_goes_on(
    bench: Any, device: Any, kind: Kind, name: str
) -> None:
    bench.plan_fault(name, "drop", 5, 60)
    device.start()
    move(bench, device, kind, "open")
    bench.run_until(20)
    refused = move(bench, device, kind, "close")
    bench.run_until(60)
    assert bench.unreachable_times() == [5]
    assert [bench.seconds(each) for each in bench.of(DeviceReached)] == [60]
    [failed] = bench.of(DeviceCommandFailed)
    assert (bench.seconds(failed), failed.cause) == (20, refused.position)
    assert not [time for time in bench.reading_times(kind.read) if 5 <= time < 60]
    assert bench.states(kind.read)[-1] == (60, "open")


def test_a_fault_given_while_it_moves_takes_effect_at_once(
    bench: Any, device: Any, kind: Kind, name: str
) -> None:
    device.start()
    move(bench, device, kind, "open")
    bench.run_until(4)
    bench.plan_fault(name, "slow", 4, None, factor=2)
    bench.run_until(6)
    bench.faults.end(name, "slow", bench.now())
    bench.run_until(60)
    assert bench.states(kind.read)[-1] == (kind.travel + 1, "open")


@pytest.mark.parametrize(
    ("before", "first", "last"),
    [
        ("closed", "closed", "closed"),
        ("opening", "opening", "open"),
        ("open", "open", "open"),
        ("closing", "closing", "closed"),
        ("fault", "fault", "fault"),
    ],
)
def test_a_resumed_night_finds_it_as_it_was(
    bench: Any, device: Any, kind: Kind, before: str, first: str, last: str
) -> None:
    device.start(kind.read(state=before))
    bench.run_until(60)
    states = bench.states(kind.read)
    assert (states[0], states[-1][1]) == ((0, first), last)


@pytest.mark.parametrize("still_dropped", [True, False])
def test_a_resumed_night_says_once_that_it_is_unreachable(
    bench: Any, device: Any, name: str, still_dropped: bool
) -> None:
    if still_dropped:
        bench.plan_fault(name, "drop", -10, 60)
    device.start(unreachable=True)
    bench.run_until(59)
    assert bench.unreachable_times() == []
    assert len(bench.of(DeviceReached)) == (0 if still_dropped else 1)


def test_a_command_may_come_from_within_its_own_reading(bench: Any, kind: Kind, name: str) -> None:
    """The conductor lets everything react to a reading before recording it returns."""

    def record(events: Any, *, cause: Any, actor: str) -> Any:
        recorded = bench.record(events, cause=cause, actor=actor)
        if isinstance(events[0], DeviceReached) or getattr(events[0], "state", "") == "open":
            move(bench, device, kind, "close")
        return recorded

    device = kind.make(bench, record, bench.faults)
    bench.plan_fault(name, "drop", 0, 5)
    device.start(kind.read(state="open"))
    bench.run_until(4)
    assert bench.states(kind.read) == []
    bench.run_until(100)
    assert bench.states(kind.read) == [(5, "closing"), (5 + kind.travel, "closed")]
    times = bench.reading_times(kind.read)
    assert times[:3] == pytest.approx([5, 5.2, 6.2])
    assert len(times) == len(set(times))

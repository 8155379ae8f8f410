"""The focus drive."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.simulator.devices.focus import Focus
from tomoe_es.events.telescope import DeviceCommandFailed, DeviceReached, FocusCommanded, FocusRead


@pytest.fixture
def focus(bench: Any) -> Focus:
    return Focus(bench, bench.record, bench.faults)


def go(bench: Any, focus: Focus, position: float) -> Any:
    return bench.command(focus, FocusCommanded(position_mm=position))


def test_it_moves_half_a_millimetre_a_second(bench: Any, focus: Focus) -> None:
    focus.start()
    go(bench, focus, 28.13)
    bench.run_until(40)
    readings = [
        (bench.seconds(each), each.payload.position_mm, each.payload.state) for each in bench.of(FocusRead)
    ]
    assert readings == [
        (0, 28.0, "still"),
        (0.2, 28.1, "moving"),
        (0.26, 28.13, "still"),
        (30.26, 28.13, "still"),
    ]


def test_it_stands_on_whole_micrometres(bench: Any, focus: Focus) -> None:
    focus.start(FocusRead(position_mm=27.5, state="moving"))
    go(bench, focus, 27.12345)
    bench.run_until(10)
    assert bench.last(FocusRead) == FocusRead(position_mm=27.123, state="still")
    assert focus.true_position_mm() == 27.123


@pytest.mark.parametrize("position", [-0.001, 50.001])
def test_out_of_travel_is_refused(bench: Any, focus: Focus, position: float) -> None:
    focus.start()
    command = go(bench, focus, position)
    bench.run_until(10)
    [failed] = bench.of(DeviceCommandFailed)
    assert failed.cause == command.position
    assert "0 to 50 mm" in failed.payload.message
    assert focus.true_position_mm() == 28.0


def test_slow(bench: Any, focus: Focus) -> None:
    bench.plan_fault("focus", "slow", 1, 5, factor=4)  # 1 second of work in 4
    focus.start()
    go(bench, focus, 30)
    bench.run_until(20)
    assert bench.states(FocusRead)[-1] == (7, "still")


def test_failed_it_stops_where_it_is(bench: Any, focus: Focus) -> None:
    bench.plan_fault("focus", "fail", 1, 60)
    focus.start()
    go(bench, focus, 30)
    bench.run_until(20)
    go(bench, focus, 29)
    bench.run_until(60)
    assert len(bench.of(DeviceCommandFailed)) == 1
    assert bench.states(FocusRead) == [(0, "still"), (0.2, "moving"), (1, "fault"), (60, "still")]
    assert focus.true_position_mm() == 28.5


def test_frozen_it_moves_but_tells_the_old_position(bench: Any, focus: Focus) -> None:
    bench.plan_fault("focus", "freeze", 0, 60)
    focus.start()
    go(bench, focus, 30)
    bench.run_until(59)
    assert {each.payload.position_mm for each in bench.of(FocusRead)} == {28.0}
    assert focus.true_position_mm() == 30.0
    bench.run_until(60)
    assert bench.last(FocusRead) == FocusRead(position_mm=30.0, state="still")


def test_lying_it_tells_the_position_asked_for(bench: Any, focus: Focus) -> None:
    bench.plan_fault("focus", "lie", 0, 60)
    focus.start()
    go(bench, focus, 30)
    bench.run_until(59)
    assert bench.last(FocusRead) == FocusRead(position_mm=30.0, state="still")
    assert focus.true_position_mm() == 28.0
    bench.run_until(60)
    assert bench.last(FocusRead) == FocusRead(position_mm=28.0, state="still")


def test_dropped(bench: Any, focus: Focus) -> None:
    bench.plan_fault("focus", "drop", 1, 60)
    focus.start()
    go(bench, focus, 30)
    bench.run_until(20)
    go(bench, focus, 29)
    bench.run_until(60)
    assert bench.unreachable_times() == [1]
    assert len(bench.of(DeviceCommandFailed)) == len(bench.of(DeviceReached)) == 1
    assert bench.last(FocusRead) == FocusRead(position_mm=30.0, state="still")

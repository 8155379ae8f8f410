"""The rotation of the dome."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.simulator.devices.dome_rotation import DomeRotation
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceReached,
    DomeRotationCommanded,
    DomeRotationRead,
)


@pytest.fixture
def dome(bench: Any) -> DomeRotation:
    return DomeRotation(bench, bench.record, bench.faults)


def turn(bench: Any, dome: DomeRotation, azimuth: float) -> Any:
    return bench.command(dome, DomeRotationCommanded(azimuth_deg=azimuth))


@pytest.mark.parametrize(
    ("start", "goal", "seconds", "after_one_second"),
    [(10, 100, 30, 13), (350, 20, 10, 353), (20, 350, 10, 17), (1, 359, 2 / 3, 359), (90, 270, 60, 87)],
)
def test_it_turns_the_shortest_way(
    bench: Any, dome: DomeRotation, start: float, goal: float, seconds: float, after_one_second: float
) -> None:
    dome.start(DomeRotationRead(azimuth_deg=start, state="still"))
    turn(bench, dome, goal)
    bench.run_until(1)
    assert dome.true_azimuth_deg() == pytest.approx(after_one_second)
    bench.run_until(70)
    assert bench.states(DomeRotationRead)[-1] == (pytest.approx(seconds, abs=2e-6), "still")
    assert bench.last(DomeRotationRead).azimuth_deg == goal


def test_at_rest_it_stands_in_the_south(bench: Any, dome: DomeRotation) -> None:
    dome.start()
    bench.run_until(65)
    assert bench.reading_times(DomeRotationRead) == [0, 30, 60]
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=180.0, state="still")


def test_where_it_already_stands_it_answers(bench: Any, dome: DomeRotation) -> None:
    dome.start()
    command = turn(bench, dome, 180)
    bench.run_until(1)
    answer = bench.of(DomeRotationRead)[-1]
    assert (bench.seconds(answer), answer.cause, answer.payload.state) == (0.2, command.position, "still")


def test_slow(bench: Any, dome: DomeRotation) -> None:
    bench.plan_fault("dome_rotation", "slow", 0, None, factor=2.5)
    dome.start()
    turn(bench, dome, 210)
    bench.run_until(60)
    assert bench.states(DomeRotationRead)[-1] == (25, "still")


def test_failed_it_stops_where_it_is(bench: Any, dome: DomeRotation) -> None:
    bench.plan_fault("dome_rotation", "fail", 5, 60)
    dome.start()
    turn(bench, dome, 270)
    bench.run_until(20)
    turn(bench, dome, 200)
    bench.run_until(61)
    assert len(bench.of(DeviceCommandFailed)) == 1
    assert bench.states(DomeRotationRead) == [(0, "still"), (0.2, "rotating"), (5, "fault"), (60, "still")]
    assert bench.last(DomeRotationRead).azimuth_deg == 195


def test_frozen_it_turns_but_tells_the_old_azimuth(bench: Any, dome: DomeRotation) -> None:
    bench.plan_fault("dome_rotation", "freeze", 5, 60)
    dome.start()
    turn(bench, dome, 270)
    bench.run_until(59)
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=195, state="rotating")
    assert bench.seconds(bench.of(DomeRotationRead)[-1]) >= 30
    assert dome.true_azimuth_deg() == 270
    bench.run_until(60)
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=270, state="still")


def test_lying_it_tells_the_azimuth_asked_for(bench: Any, dome: DomeRotation) -> None:
    bench.plan_fault("dome_rotation", "lie", 0, 60)
    dome.start()
    turn(bench, dome, 210)
    bench.run_until(59)
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=210, state="still")
    assert dome.true_azimuth_deg() == 180
    bench.run_until(60)
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=180, state="still")


def test_dropped(bench: Any, dome: DomeRotation) -> None:
    bench.plan_fault("dome_rotation", "drop", 5, 60)
    dome.start()
    turn(bench, dome, 210)
    bench.run_until(20)
    turn(bench, dome, 90)
    bench.run_until(60)
    assert bench.unreachable_times() == [5]
    assert len(bench.of(DeviceCommandFailed)) == len(bench.of(DeviceReached)) == 1
    assert bench.last(DomeRotationRead) == DomeRotationRead(azimuth_deg=210, state="still")

"""The power supply: mains, battery, and what it says of them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.simulator.devices.power_supply import PowerSupply
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable, PowerRead


@pytest.fixture
def power(bench: Any) -> PowerSupply:
    return PowerSupply(bench, bench.record, bench.faults)


def test_on_mains_it_is_read_each_thirty_seconds(bench: Any, power: PowerSupply) -> None:
    power.start()
    bench.run_until(65)
    assert bench.reading_times(PowerRead) == [0, 30, 60]
    assert bench.last(PowerRead) == PowerRead(state="mains", battery_percent=100.0)


def test_without_mains_the_battery_lasts_and_then_fails(bench: Any, power: PowerSupply) -> None:
    bench.plan_fault("power", "fail", 15, 700)
    power.start()
    bench.run_until(800)
    assert bench.states(PowerRead) == [(0, "mains"), (15, "battery"), (145, "failing"), (700, "mains")]
    lowest = min(each.payload.battery_percent for each in bench.of(PowerRead))
    assert lowest == 0.0


def test_lying_it_hides_that(bench: Any, power: PowerSupply) -> None:
    bench.plan_fault("power", "fail", 15, None)
    bench.plan_fault("power", "lie", 15, 300)
    power.start()
    bench.run_until(350)
    assert bench.states(PowerRead) == [(0, "mains"), (300, "failing")]


def test_cut_off(bench: Any, power: PowerSupply) -> None:
    bench.plan_fault("power", "drop", 15, 100)
    power.start()
    bench.run_until(120)
    assert bench.reading_times(PowerRead) == [0, 100]
    assert len(bench.of(DeviceUnreachable, DeviceReached)) == 2


def test_slow(bench: Any, power: PowerSupply) -> None:
    bench.plan_fault("power", "slow", 10, 200, factor=3)
    power.start()
    bench.run_until(205)
    assert bench.reading_times(PowerRead) == [0, 10, 100, 190, 200]

"""The weather monitor: when it says something, and when it does not or not the truth."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.simulator.devices.weather_monitor import WeatherMonitor
from adapters.simulator.weather import Spell, Weather
from tomoe_es.clock import HOUR
from tomoe_es.events.telescope import DeviceReached
from tomoe_es.events.weather import WeatherRead

NIGHT = "2023-12-12"


@pytest.fixture
def rain(bench: Any) -> Weather:
    spell = Spell(kind="rain", from_us=bench.now() - HOUR, to_us=bench.now() + HOUR)
    return Weather([spell], NIGHT, seed=1)


@pytest.fixture
def monitor(bench: Any, rain: Weather) -> WeatherMonitor:
    return WeatherMonitor(bench, bench.record, bench.faults, rain)


def test_it_reads_the_weather_each_ten_seconds(bench: Any, monitor: WeatherMonitor, rain: Weather) -> None:
    monitor.start()
    bench.run_until(35)
    assert bench.reading_times(WeatherRead) == [0, 10, 20, 30]
    assert [each.payload for each in bench.recorded] == [rain.reading(each.time) for each in bench.recorded]
    assert {(each.actor, each.cause) for each in bench.recorded} == {("weather", 0)}


def test_slow(bench: Any, monitor: WeatherMonitor) -> None:
    bench.plan_fault("weather", "slow", 15, 100, factor=3)
    monitor.start()
    bench.run_until(115)
    assert bench.reading_times(WeatherRead) == [0, 10, 15, 45, 75, 100, 110]


def test_failed_it_is_silent_without_saying_so(bench: Any, monitor: WeatherMonitor) -> None:
    bench.plan_fault("weather", "fail", 15, 100)
    monitor.start()
    bench.run_until(115)
    assert bench.reading_times(WeatherRead) == [0, 10, 100, 110]
    assert len(bench.recorded) == 4


def test_frozen_it_repeats_itself(bench: Any, monitor: WeatherMonitor, rain: Weather) -> None:
    bench.plan_fault("weather", "freeze", 10, 40)
    monitor.start()
    bench.run_until(40)
    readings = [each.payload for each in bench.of(WeatherRead)]
    assert bench.reading_times(WeatherRead) == [0, 10, 20, 30, 40]
    assert readings[1:4] == [readings[1]] * 3
    assert readings[4] == rain.reading(bench.now()) != readings[1]


def test_lying_it_tells_of_a_clear_night(bench: Any, monitor: WeatherMonitor, rain: Weather) -> None:
    bench.plan_fault("weather", "lie", 10, 20)
    monitor.start()
    bench.run_until(20)
    assert [each.payload.rain for each in bench.of(WeatherRead)] == [True, False, True]
    assert rain.transparency(bench.now()) < 0.1


def test_dropped(bench: Any, monitor: WeatherMonitor) -> None:
    bench.plan_fault("weather", "drop", 15, 50)
    monitor.start()
    bench.run_until(60)
    assert bench.reading_times(WeatherRead) == [0, 10, 50, 60]
    assert bench.unreachable_times() == [15]
    assert [bench.seconds(each) for each in bench.of(DeviceReached)] == [50]

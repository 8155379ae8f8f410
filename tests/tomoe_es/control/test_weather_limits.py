"""Why the weather lets nothing be open: told once, for the weather watch and for the rule that watches it."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.weather_watch.watch import Watch
from tests.tomoe_es.machines.rules.moments import Moment, slit, weather
from tests.tomoe_es.machines.rules.test_rules import found
from tomoe_es.control import weather_limits
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.telescope import DeviceUnreachable
from tomoe_es.events.weather import WeatherBecameUnsafe

FROZEN = [weather()] * weather_limits.FROZEN_AFTER
CUT_OFF = [weather(), DeviceUnreachable(device="weather", message="no route")]


@pytest.mark.parametrize("happens", [[weather(rain=True)], CUT_OFF, FROZEN])
def test_the_rule_and_the_weather_watch_give_the_same_reasons(happens: list[object]) -> None:
    watch = Watch()
    watch.read(11)
    decided = [each for event in happens for each in watch.tell(event)]  # type: ignore[arg-type]
    [unsafe] = [each for each in decided if isinstance(each, WeatherBecameUnsafe)]
    shown: list[Moment] = [(1, event) for event in happens]  # type: ignore[misc]
    told = found([*shown, (2, slit("open")), (130, slit("open"))])
    [message] = [
        each.message
        for each in told
        if isinstance(each, ViolationDetected) and each.name == "DomeOpenInUnsafeWeather"
    ]
    assert message == f"the dome slit reads 'open' in {', '.join(unsafe.reasons)}"

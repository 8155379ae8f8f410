"""A reading that is too old says nothing: the guardian takes its device as missing."""

from __future__ import annotations

import pytest

from tests.tomoe_es.safety.test_making_safe import CLOSED, NOW, OPEN, mount
from tomoe_es.clock import SECOND
from tomoe_es.events import Event
from tomoe_es.events.telescope import DomeSlitRead, MirrorCoverRead, PowerRead
from tomoe_es.events.weather import WeatherRead
from tomoe_es.safety import guardian
from tomoe_es.safety.guardian import GRACE, STALE_AFTER, Guardian

POWER = PowerRead(state="mains", battery_percent=100.0)
HEARTBEAT = 30 * SECOND


def weather(number: int) -> WeatherRead:
    return WeatherRead(
        rain=False,
        wind_speed_m_s=1 + number % 7,
        wind_direction_deg=0,
        humidity_percent=50,
        temperature_c=5,
        dome_temperature_c=5,
        sky_temperature_c=-30,
        pressure_hpa=886,
    )


def charged(readings: tuple[Event, ...], unread: str = "", minutes: int = 10) -> tuple[list[str], float]:
    """Why it takes charge, and after how many seconds, when a device is read at the beginning only."""
    state = Guardian()
    for second in range(minutes * 60):
        now = NOW + second * SECOND
        guardian.lock(state, None, "")
        if now % HEARTBEAT == 0:
            for each in (*readings, POWER):
                if each.stream() != unread or second == 0:
                    guardian.take_in(state, each, now)
        if second % 10 == 0:
            guardian.take_in(state, weather(second // 10), now)
        if orders := guardian.decide(state, now, 0.0).take_charge:
            return orders, float(second)
    return [], 0.0


@pytest.mark.parametrize("device", ["dome_slit", "mirror_cover", "mount", "power"])
def test_what_is_open_and_not_read_is_missing(device: str) -> None:
    reasons, seconds = charged(OPEN, device)

    assert len(reasons) == 1
    assert reasons[0].startswith(f"{device} was not read for")
    assert seconds == (STALE_AFTER + GRACE["missing"]) / SECOND + 1


@pytest.mark.parametrize("device", ["dome_slit", "mirror_cover", "mount"])
def test_an_old_reading_that_says_safe_is_not_believed(device: str) -> None:
    reasons, _ = charged(CLOSED, device)

    assert reasons[0].startswith(f"{device} was not read for")


@pytest.mark.parametrize("readings", [OPEN, CLOSED])
def test_a_night_read_every_thirty_seconds_gives_no_alarm(readings: tuple[Event, ...]) -> None:
    assert charged(readings, minutes=60) == ([], 0.0)


def test_a_fast_night_whose_readings_come_in_bunches_gives_no_alarm() -> None:
    """At a thousand times the speed, one look brings in many minutes of the night."""
    state = Guardian()
    for beat in range(1200):
        now = NOW + beat * 10 * SECOND
        guardian.take_in(state, weather(beat), now)
        if beat % 3 == 0:
            for each in (DomeSlitRead(state="open"), MirrorCoverRead(state="open"), mount("tracking"), POWER):
                guardian.take_in(state, each, now)
        if beat % 20 == 0:
            assert guardian.decide(state, now, 0.0).take_charge == []


def test_while_closed_an_unread_power_supply_endangers_nothing() -> None:
    assert charged(CLOSED, "power") == ([], 0.0)

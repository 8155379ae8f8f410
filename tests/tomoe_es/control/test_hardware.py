"""The hardware is as its newest readings say, in whichever order they were appended."""

from __future__ import annotations

from tomoe_es.clock import HOUR
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeSlitRead

OPEN, CLOSED = DomeSlitRead(state="open"), DomeSlitRead(state="closed")


def read(state: Hardware, event: Event, at_us: int) -> None:
    hardware.evolve(state, Recorded(1, event.stream(), 1, at_us, 0, 0, 0, "", event))


def test_a_reading_that_is_appended_late_does_not_replace_a_newer_one() -> None:
    state = Hardware()
    read(state, CLOSED, 20)
    read(state, OPEN, 10)
    assert (state.dome_slit, state.read_at["dome_slit"]) == (CLOSED, 20)


def test_of_two_readings_of_one_moment_the_later_appended_counts() -> None:
    state = Hardware()
    read(state, OPEN, 10)
    read(state, CLOSED, 10)
    assert state.dome_slit == CLOSED


def test_a_reading_of_a_wrong_clock_far_ahead_does_not_hide_those_that_follow() -> None:
    state = Hardware()
    read(state, CLOSED, 20 + 9 * HOUR)  # local time for UTC
    read(state, OPEN, 20)
    assert (state.dome_slit, state.read_at["dome_slit"]) == (OPEN, 20)

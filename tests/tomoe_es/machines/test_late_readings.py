"""A reading that was recorded after a newer one of its device does not tell how that is now."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.observatory import NIGHT
from tests.tomoe_es.machines.making import make
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.system import CodeRegistered, NightPlanned
from tomoe_es.events.telescope import (
    DomeSlitCommanded,
    DomeSlitRead,
    MountParkCommanded,
    MountRead,
    MountSlewCommanded,
)
from tomoe_es.machines.judging import steps

CODE = 1


def told_of_tracking(*, late: bool) -> list[str]:
    """What is told of mount and clocks when a night hung while it recorded; an emergency parked meanwhile."""
    story: list[tuple[float, Event, str]] = [
        (0, make(CodeRegistered), "night"),
        (0, make(NightPlanned, night=NIGHT, simulated=False), "night"),
        (1, make(MountRead, state="parked"), "night"),
        (2, make(MountSlewCommanded), "night"),
        (3, make(MountRead, state="slewing"), "night"),
        (4, make(MountRead, state="settling"), "night"),
        (6, MountParkCommanded(reason="storm"), "emergency"),
        (7, make(MountRead, state="parking"), "emergency"),
        (60, make(MountRead, state="parked"), "emergency"),
        (5 if late else 62, make(MountRead, state="tracking"), "night"),
        (70, make(MountRead, state="parked"), "night"),
    ]
    judged, told = steps.initial(), list[str]()
    for position, (seconds, event, who) in enumerate(story, 1):
        code = CODE if who == "night" and position > 1 else 0
        time_us = HOUR + round(seconds * SECOND)
        recorded = Recorded(position, event.stream(), 0, time_us, 0, 0, code, who, event)
        told += [
            each.name
            for each in steps.judge(judged, recorded)
            if isinstance(each, ViolationDetected) and each.name in ("ClocksDisagree", "MovedWithoutCommand")
        ]
    assert steps.state_of(judged, "mount") == "parked"
    return told


@pytest.mark.parametrize(
    ("late", "told"), [(True, ["ClocksDisagree"]), (False, ["MovedWithoutCommand", "MovedWithoutCommand"])]
)
def test_a_late_reading_moves_no_device_but_its_time_is_told(late: bool, told: list[str]) -> None:
    assert told_of_tracking(late=late) == told


def test_a_late_reading_of_an_open_slit_opens_nothing() -> None:
    judged = steps.initial()
    story: list[tuple[int, Event]] = [
        (0, make(NightPlanned, night=NIGHT)),
        (1, DomeSlitRead(state="open")),
        (2, DomeSlitCommanded(action="close", reason="rain")),
        (9, DomeSlitRead(state="closed")),
        (1, DomeSlitRead(state="open")),
    ]
    for position, (seconds, event) in enumerate(story, 1):
        steps.judge(
            judged, Recorded(position, event.stream(), 0, HOUR + seconds * SECOND, 0, 0, CODE, "", event)
        )
    assert steps.state_of(judged, "dome_slit") == "closed"
    assert judged.known.hardware.dome_slit == DomeSlitRead(state="closed")

"""Time passes with the events of the night's own process; a wrong clock elsewhere makes nothing overdue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.incidents.incident import register
from tests.tomoe_es.control.observatory import NIGHT, Observatory, plan, submitted, survey
from tests.tomoe_es.machines.making import make
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureRequested, ExposureStarted
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.events.system import CodeRegistered, NightPlanned, NightResumed
from tomoe_es.events.telescope import DomeSlitCommanded, DomeSlitRead, MountRead, TelescopeLockSet
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.again import compare
from tomoe_es.machines.judging.state import Found
from tomoe_es.safety.guardian import NAME as GUARDIAN

Opener = Callable[..., Observatory]
Written = tuple[float, Event, str]
"""Seconds, the event, and who wrote it: the night, or another process."""

CODE = 1
REAL: NightPlanned = make(NightPlanned, night=NIGHT, simulated=False)
TOLD_TO_CLOSE: list[Written] = [
    (0, make(CodeRegistered), "night"),
    (0, REAL, "night"),
    (1, make(MountRead), "night"),
    (2, DomeSlitCommanded(action="close", reason="rain"), "night"),
]
"""In three minutes the slit must read closed."""
LOCK = TelescopeLockSet(who="bob", why="work")


def found(story: Sequence[Written], names: Sequence[str]) -> list[Found]:
    judged, told = steps.initial(), list[Found]()
    for position, (seconds, event, who) in enumerate(story, 1):
        code = CODE if who == "night" and position > 1 else 0
        time_us = HOUR + round(seconds * SECOND)
        recorded = Recorded(position, event.stream(), 0, time_us, 0, 0, code, who, event)
        told += [each for each in steps.judge(judged, recorded) if each.name in names]
    return told


def test_an_event_from_far_ahead_makes_nothing_overdue_and_the_clocks_are_told() -> None:
    told = found(
        [
            *TOLD_TO_CLOSE,
            (7200, LOCK, "tomoe lock set"),
            (12, make(MountRead), "night"),
            (22, make(MountRead), "night"),
            (30, DomeSlitRead(state="closed"), "night"),
        ],
        ("SlitDidNotClose", "ClocksDisagree"),
    )

    detected, cleared = told
    assert isinstance(detected, ViolationDetected)
    assert detected.name == "ClocksDisagree"
    assert detected.evidence == [6, 5]
    assert "TelescopeLockSet by 'tomoe lock set' of 1970-01-01T03:00:00.0" in detected.message
    assert isinstance(cleared, ViolationCleared)


def test_what_is_begun_by_an_event_from_far_ahead_is_overdue_in_its_time() -> None:
    story: list[Written] = [
        *TOLD_TO_CLOSE[:3],
        (7200, DomeSlitCommanded(action="close", reason="storm"), "emergency"),
        (180, make(MountRead), "night"),
    ]
    assert found(story, ("SlitDidNotClose",)) == []
    [told] = found([*story, (182, make(MountRead), "night")], ("SlitDidNotClose",))
    assert told.name == "SlitDidNotClose"


def test_a_clock_that_is_behind_makes_nothing_overdue_at_once() -> None:
    story: list[Written] = [
        *TOLD_TO_CLOSE[:3],
        (-900, DomeSlitCommanded(action="close", reason="storm"), "emergency"),
        (20, make(MountRead), "night"),
    ]
    assert found(story, ("SlitDidNotClose",)) == []


def test_after_the_night_was_dead_for_an_hour_the_one_who_wrote_meanwhile_was_right() -> None:
    told = found(
        [*TOLD_TO_CLOSE, (3600, LOCK, "tomoe lock set"), (7200, make(MountRead), "night")],
        ("SlitDidNotClose", "ClocksDisagree"),
    )
    assert [each.name for each in told] == ["SlitDidNotClose"]


def test_a_night_that_is_resumed_by_code_without_a_name_lets_time_pass_all_the_same() -> None:
    story: list[Written] = [
        *TOLD_TO_CLOSE,
        (7200, make(NightResumed, night=NIGHT), "resumed"),
        (7201, make(ExposureRequested, exposure_number=1), "resumed"),
        (7300, make(MountRead), "resumed"),
    ]
    told = found(story, ("SlitDidNotClose", "ExposureNotStarted", "ClocksDisagree"))
    assert [each.name for each in told] == ["SlitDidNotClose", "ExposureNotStarted"]


def test_without_any_code_named_whoever_writes_is_the_night() -> None:
    story: list[Written] = [
        (0, make(ExposureRequested, exposure_number=1), "night"),
        (600, make(ExposureStarted, exposure_number=2), "night"),
    ]
    assert [each.name for each in found(story, ("ExposureNotStarted",))] == ["ExposureNotStarted"]


@pytest.mark.parametrize("actor", ["tomoe queue submit", GUARDIAN])
def test_live_and_judged_again_a_wrong_clock_is_all_that_is_told(actor: str, observatory: Opener) -> None:
    # given a night that exposes
    night = observatory(plan(end="17:12"))
    register(night)
    night.start(survey(2))
    night.run_until("16:56:10")
    # when a machine whose clock is six hours ahead hands in a recipe
    ahead = night.clock.now() + 6 * HOUR
    event = submitted(survey(1, at="17:05", comment="later"), ahead)
    night.log.append(event.stream(), [Draft(event, ahead, actor=actor)])
    night.conductor.follow_others()
    night.run_to_end()
    # then
    assert [each.name for each in night.told(ViolationDetected)] == ["ClocksDisagree"]
    assert [each.name for each in night.told(ViolationCleared)] == ["ClocksDisagree"]
    compared = compare(night.all())
    assert (compared.only_live, compared.only_again) == ([], [])

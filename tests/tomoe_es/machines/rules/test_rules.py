"""Every rule and deadline is shown quiet and firing; one without such a pair fails here."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.tomoe_es.machines.making import make
from tests.tomoe_es.machines.rules.cases import CASES
from tests.tomoe_es.machines.rules.moments import (
    BEGUN,
    CHIP,
    START,
    STARTED,
    Moment,
    asked,
    dome,
    focus,
    mount,
    recorded,
    refocus,
    running,
    slew,
    slit,
    taken,
    turn,
    weather,
)
from tomoe_es.clock import SECOND
from tomoe_es.events import Event, reduction, safety, telescope
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.state import Found
from tomoe_es.machines.norms import declared
from tomoe_es.machines.rule import Deadline, Rule
from tomoe_es.machines.rules import RULES

NORMS: dict[str, Rule | Deadline] = {**RULES, **DEADLINES}


def found(moments: Iterable[Moment]) -> list[Found]:
    """What rules and deadlines find; a story is no whole night, so the machines are not asked."""
    judged = steps.initial()
    told = [each for event in recorded(moments) for each in steps.judge(judged, event)]
    return [each for each in told if each.name in NORMS]


def test_each_rule_and_deadline_has_its_case() -> None:
    assert set(CASES) == set(NORMS)


def test_no_two_things_have_one_name() -> None:
    kinds = {name: each.kind for name, each in declared().items()}
    assert {name for name, kind in kinds.items() if kind == "rule"} == set(RULES)
    assert {name for name, kind in kinds.items() if kind == "deadline"} == set(DEADLINES)
    assert not set(RULES) & set(DEADLINES)


@pytest.mark.parametrize("name", NORMS)
def test_it_is_quiet_while_all_is_normal(name: str) -> None:
    case = CASES[name]
    assert found([*case.given, *case.quiet]) == []


@pytest.mark.parametrize("name", NORMS)
def test_it_fires_once_and_the_end_of_what_lasts_is_told_even_if_it_waits_for_a_person(name: str) -> None:
    # given
    case, norm = CASES[name], NORMS[name]
    before = [*case.given, *case.firing]
    # when
    told = [each for each in found(before) if each.name == name]
    # then
    assert [type(each) for each in told] == [ViolationDetected] * case.times
    first = told[0]
    assert isinstance(first, ViolationDetected)
    assert first.severity == norm.severity
    assert first.needs_acknowledgement == norm.needs_acknowledgement
    assert first.evidence
    assert all(0 < each <= len(before) for each in first.evidence)
    assert first.chain[0] == first.evidence[0]
    # and when normal holds again
    clears = norm.lasts
    assert bool(case.over) == clears, "a case tells how what lasts is over"
    after = [each for each in found([*before, *case.over]) if each.name == name][case.times :]
    assert [type(each) for each in after] == [ViolationCleared] * clears


@pytest.mark.parametrize("name", NORMS)
def test_each_says_what_it_means_and_what_to_do(name: str) -> None:
    norm = NORMS[name]
    assert name[0].isupper()
    assert name.isalnum()
    assert len(norm.meaning) > 20
    assert len(norm.remedy) > 20
    assert norm.meaning[0].islower()
    assert not norm.meaning.endswith(".")
    assert norm.reads


@pytest.mark.parametrize(
    ("orders", "reading", "within"),
    [
        ((turn(10.0), turn(20.0), turn(30.0)), dome(180.0), 120.0),
        ((slew(10.0), slew(20.0), slew(30.0)), mount(), 180.0),
        ((refocus(29.0), refocus(29.1), refocus(29.2)), focus(), 150.0),
    ],
)
def test_each_order_has_its_whole_time(orders: tuple[Event, ...], reading: Event, within: float) -> None:
    ordered: tuple[Moment, ...] = ((1, orders[0]), (50, orders[1]), (100, orders[2]))
    in_time: tuple[Moment, ...] = (
        *STARTED,
        (0, reading),
        *ordered,
        (within + 2, reading),
        (99 + within, reading),
    )
    assert found(in_time) == []
    [late] = found([*in_time, (101 + within, reading)])
    assert isinstance(late, ViolationDetected)
    assert late.evidence == [len(STARTED) + 4], "the last order"


def closing(seconds: float) -> Moment:
    return (seconds, make(telescope.DomeSlitCommanded, action="close"))


RECONCILED = make(safety.DevicesReconciled, differences=[])


def test_a_command_that_a_restart_came_between_begins_no_deadline() -> None:
    """It was recorded as the telescope's process died, and may never have reached a device."""
    parking: Moment = (2, make(telescope.MountParkCommanded))
    assert (
        found([*STARTED, closing(2), parking, (60, RECONCILED), (400, slit("open")), (401, slit("open"))])
        == []
    )


def test_a_closing_that_is_told_after_the_restart_has_its_deadline() -> None:
    told = found([*STARTED, closing(2), (60, RECONCILED), closing(100), (290, slit("closing"))])
    assert [(type(each), each.name) for each in told] == [(ViolationDetected, "SlitDidNotClose")]


def test_a_restart_ends_no_alarm_of_what_did_not_close() -> None:
    told = found([*STARTED, closing(2), (190, slit("closing")), (200, RECONCILED), (210, slit("closing"))])
    assert [type(each) for each in told] == [ViolationDetected]


@pytest.mark.parametrize(
    "change",
    [
        make(reduction.ReductionEngineLost, condition="EngineLost"),
        make(reduction.ReductionEngineStarted, lease_seconds=600.0),
    ],
)
def test_a_lease_ends_with_its_engine(change: Event) -> None:
    leased: Moment = (0, make(reduction.ReductionLeased, **CHIP, lease_until_us=START + 600 * SECOND))
    again: Moment = (900, make(reduction.ReductionLeased, **CHIP, lease_until_us=START + 1500 * SECOND))
    told = found([leased, (60, change), (700, mount()), again, (1600, mount())])
    assert [(type(each), each.name) for each in told if each.name != "ReductionEngineGone"] == [
        (ViolationDetected, "ReductionOverdue")
    ]
    assert told[-1].evidence == [4], "the lease of the new engine"


def test_a_slit_open_in_rain_is_told_by_the_rain_that_it_was_open_in() -> None:
    """And in time from the rain on, although a reading that gets old would have counted later anyway."""
    wet: Moment = (15, weather(rain=True))
    closes: tuple[Moment, ...] = tuple((20.0 + each, slit("closing")) for each in range(0, 130, 5))
    [told] = found([(0, weather()), (10, slit("open")), wet, *closes])
    assert isinstance(told, ViolationDetected)
    assert (told.name, told.message) == (
        "DomeOpenInUnsafeWeather",
        "the dome slit reads 'open' in rain",
    )
    assert told.evidence[0] == 3, "the rain"


@pytest.mark.parametrize(("chips", "told"), [(1, []), (2, ["no flat with high gain"])])
def test_a_flat_whose_masters_were_all_rejected_is_none(chips: int, told: list[str]) -> None:
    rejected = reduction.ProductRejected(exposure_number=7, frame_id="", kind="FLAT", reasons=["light"])
    departed = found(
        [
            *(*BEGUN, *taken(-980, 7, "Flat"), *taken(-700, 8, "Dark")),
            *[(-650.0, rejected)] * chips,
            *(*running(-600), (0, asked(9))),
        ]
    )
    assert [each.message.partition(" has ")[2].partition(" of this")[0] for each in departed] == told


def test_a_flat_that_could_not_be_reduced_is_none() -> None:
    failed = make(reduction.ReductionFailed, exposure_number=7, given_up=True)
    tried_again = make(reduction.ReductionFailed, exposure_number=7, given_up=False)
    story = [*BEGUN, *taken(-980, 7, "Flat"), *taken(-700, 8, "Dark")]
    begun = [*running(-600), (0, asked(9))]
    assert found([*story, *[(-650.0, tried_again)] * 2, *begun]) == []
    assert [each.name for each in found([*story, *[(-650.0, failed)] * 2, *begun])] == [
        "ExposureWithoutCalibration"
    ]

"""The first event by which a rule is broken is found by judging again."""

from __future__ import annotations

import pytest

from replay.errors import RuleUnknown
from replay.judging_rules import first_broken
from replay.night import ReplayedNight
from tests.incidents import lying_mount, slit_that_stuck
from tests.replay.conftest import log_of
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected


@pytest.fixture(scope="module")
def stuck() -> ReplayedNight:
    return ReplayedNight(slit_that_stuck.stage())


def recorded(night: ReplayedNight, name: str) -> Recorded:
    found = (each for each in night.events() if isinstance(each.payload, ViolationDetected))
    return next(each for each in found if each.payload.name == name)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["SlitDidNotClose", "DomeOpenInUnsafeWeather", "SlitOpenAfterSuspension"])
def test_it_is_found_where_the_night_found_it(stuck: ReplayedNight, name: str) -> None:
    told = recorded(stuck, name)

    found = first_broken(stuck, name)

    assert found.violation == told.payload
    assert found.recorded == told.position
    assert found.event is not None
    assert found.event.position <= told.position
    assert "scanned" in found.how


def test_by_halves_the_same_where_it_lasts_to_the_end(stuck: ReplayedNight) -> None:
    cut = ReplayedNight(log_of(list(stuck.events(until=recorded(stuck, "SlitDidNotClose").position + 20))))

    by_halves = first_broken(cut, "SlitDidNotClose", declared_monotone=True)

    assert "by halves" in by_halves.how
    assert by_halves.event == first_broken(cut, "SlitDidNotClose").event
    assert by_halves.violation is not None


def test_what_is_over_at_once_is_scanned_though_you_say_so() -> None:
    night = ReplayedNight(lying_mount.stage())

    found = first_broken(night, "CoordinatesOffPointing", declared_monotone=True)

    assert "scanned" in found.how
    assert found.violation == recorded(night, "CoordinatesOffPointing").payload


def test_a_rule_that_is_kept_and_one_that_is_none(stuck: ReplayedNight) -> None:
    assert first_broken(stuck, "TwoExecutors").event is None
    with pytest.raises(RuleUnknown, match="SlitDidNotClose"):
        first_broken(stuck, "SlitDidntClose")


def test_what_was_not_recorded_is_found_all_the_same(stuck: ReplayedNight) -> None:
    silent = [each for each in stuck.events() if not isinstance(each.payload, ViolationDetected)]
    night = ReplayedNight(log_of([*silent]))

    found = first_broken(night, "SlitDidNotClose")

    assert found.recorded == 0
    assert found.event is not None

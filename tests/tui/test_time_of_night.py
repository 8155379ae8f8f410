"""The time that a command's event gets in a simulated night: right after the latest, whatever came last."""

from __future__ import annotations

import pytest

from tests.projections.memory_log import MemoryLog
from tests.tomoe_es.control.observatory import plan
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tui.time_of_night import LOOKED_AT, time_now

NOON = 20 * HOUR
POSTED = MessagePosted(recipe_id="", text="a word")


@pytest.fixture
def log() -> MemoryLog:
    """A simulated night whose newest event is of noon."""
    made = MemoryLog()
    made.append("night", [Draft(plan(), NOON, code=1)])
    return made


def say(log: MemoryLog, time_us: int, *, code: int = 0, times: int = 1) -> None:
    log.append("message", [Draft(POSTED, time_us, code=code)] * times)


def test_it_is_right_after_the_newest(log: MemoryLog) -> None:
    say(log, NOON + 5 * SECOND)
    assert time_now(log) == NOON + 5 * SECOND + 1


def test_what_was_told_late_came_last_and_is_not_the_latest(log: MemoryLog) -> None:
    say(log, NOON - 300 * SECOND)
    assert time_now(log) == NOON + 1


def test_a_wrong_clock_is_not_followed(log: MemoryLog) -> None:
    say(log, NOON + 6 * HOUR)
    assert time_now(log) == NOON + 1


def test_by_day_people_write_alone(log: MemoryLog) -> None:
    say(log, NOON + SECOND, times=LOOKED_AT)
    assert time_now(log) == NOON + SECOND + 1

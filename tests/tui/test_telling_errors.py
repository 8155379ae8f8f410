"""What ends a process is in the log, at the time of the night; and it still ends it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tests.tui.commands.test_queue import planned
from tomoe_es.events.envelope import Draft
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.log.sqlite_log import SqliteLog
from tui.telling_errors import telling_errors
from tui.time_of_night import time_now


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog(tmp_path)) as opened:
        yield opened


def plan(log: SqliteLog, *, simulated: bool) -> int:
    event = msgspec.structs.replace(planned(), simulated=simulated)
    log.append(event.stream(), [Draft(event, event.start_up_us)])
    return event.start_up_us


def test_the_error_is_recorded_and_raised(log: SqliteLog) -> None:
    began = plan(log, simulated=True)
    with pytest.raises(KeyError), telling_errors(log, "projector"):
        raise KeyError("x")
    *_, last = log.read()
    assert isinstance(last.payload, ErrorRaised)
    assert (last.payload.process, last.payload.condition) == ("projector", "KeyError")
    assert last.time == began + 1


def test_a_log_that_fails_does_not_hide_the_error(log: SqliteLog) -> None:
    plan(log, simulated=True)
    log.close()
    with pytest.raises(KeyError), telling_errors(log, "projector"):
        raise KeyError("x")


def test_what_goes_well_is_not_told(log: SqliteLog) -> None:
    with telling_errors(log, "projector"):
        pass
    assert log.head() == 0


def test_the_time_of_a_simulated_night_is_its_own_and_else_it_is_now(log: SqliteLog) -> None:
    before = time.time_ns() // 1000
    assert time_now(log) >= before
    plan(log, simulated=False)
    assert time_now(log) >= before
    assert plan(log, simulated=True) + 1 == time_now(log)

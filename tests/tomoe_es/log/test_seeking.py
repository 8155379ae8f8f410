"""A time leads to the position where it begins, in live and sealed nights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoe_es.clock import DAY
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueuePaused
from tomoe_es.log.sealing import seal
from tomoe_es.log.seeking import position_at
from tomoe_es.log.sqlite_log import SqliteLog

EVENING = 1_702_371_600_000_000


def drafts(*times: int) -> list[Draft]:
    return [Draft(QueuePaused(reason="tea"), EVENING + time) for time in times]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    """600 events, two at a time, ten microseconds apart, in a sealed night; 50 more in the next."""
    opened = SqliteLog(tmp_path)
    opened.append("queue", drafts(*[index // 2 * 10 for index in range(600)]))
    opened.append("queue", drafts(*[DAY + index * 10 for index in range(50)]))
    seal(tmp_path, "2023-12-12")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("time", "position"),
    [
        (-5, 1),
        (0, 1),
        (1, 3),
        (10, 3),
        (2990, 599),
        (2991, 601),
        (DAY, 601),
        (DAY + 485, 650),
        (DAY + 491, 651),
    ],
)
def test_a_time_leads_to_the_first_event_at_or_after_it(log: SqliteLog, time: int, position: int) -> None:
    assert position_at(log, EVENING + time) == position


def test_an_empty_log_has_no_event_at_any_time(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    assert position_at(log, EVENING) == 1
    log.close()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(-1, 41))
def test_among_late_events_it_is_where_the_times_pass(times: list[int], time: int) -> None:
    with TemporaryDirectory() as folder:
        log = SqliteLog(Path(folder))
        log.append("queue", drafts(*times))
        position = position_at(log, EVENING + time)
        log.close()
    assert position == len(times) + 1 or times[position - 1] >= time
    assert position == 1 or times[position - 2] < time

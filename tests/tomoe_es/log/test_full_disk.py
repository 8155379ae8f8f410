"""A disk without room refuses an append cleanly, and the log goes on when there is room again."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tomoe_es.clock import DAY
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.sealing import seal
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.verifying import verify

EVENING = 1_702_371_600_000_000


@contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """The kernel refuses that files grow above a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(log: SqliteLog) -> None:
    """Append until it is refused."""
    for number in count(1):
        log.append("a", messages("small"), command_id=str(number))


def messages(text: str, many: int = 100, day: int = 0) -> list[Draft]:
    return [Draft(MessagePosted(recipe_id="r", text=text), EVENING + day * DAY)] * many


def test_a_full_disk_refuses_the_append_and_the_log_goes_on_when_there_is_room_in_sqlite(
    tmp_path: Path,
) -> None:
    log = SqliteLog(tmp_path)
    log.append("a", messages("before"), command_id="0")
    with files_up_to(2_000_000), pytest.raises(LogUnavailable, match="see that the disk has room"):
        fill(log)
    full = log.head()
    refused = full // 100
    assert refused > 1
    assert [each.position for each in log.read()] == list(range(1, full + 1))
    assert log.append("a", messages("small"), command_id=str(refused)).first_position == full + 1
    assert len(list(log.read_stream("a"))) == full + 100
    log.close()
    assert all(each.holds for each in verify(tmp_path))


def test_a_full_disk_refuses_to_seal_and_the_night_stays_whole(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    log.append("a", messages("before", 30_000))
    log.append("a", messages("after", 1, day=1))
    with files_up_to(20_000), pytest.raises(LogUnavailable, match="see that the disk has room"):
        seal(tmp_path, "2023-12-12")
    assert len(list(log.read())) == 30_001
    seal(tmp_path, "2023-12-12")
    assert len(list(log.read())) == 30_001
    log.close()
    assert all(each.holds for each in verify(tmp_path))

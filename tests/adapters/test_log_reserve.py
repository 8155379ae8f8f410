"""A log whose disk is full has room that was set aside for it; it is given away when nothing else is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.log_reserve import NAME, PART, RESERVE_BYTES, LogWithReserve
from tests.projections.memory_log import MemoryLog
from tomoe_es.control.storage_limits import LOG_BYTES_TO_RESUME
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.port import Appended, Batch

POSTED = Draft(MessagePosted(recipe_id="", text="closing"), 1)


class Disk(MemoryLog):
    """A log on a disk of so many free bytes, of which the reserve in the folder takes its part."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self.free = folder, 10 * LOG_BYTES_TO_RESUME
        self.broken = False
        self.when_full: list[Callable[[], object]] = []

    def usage(self, _: Path) -> tuple[int, int, int]:
        there = (self._folder / NAME).exists()
        return self.free, 0, self.free - RESERVE_BYTES * there

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        if self.broken or self.usage(self._folder)[2] <= 0:
            if self.when_full:
                self.when_full.pop()()
            raise LogUnavailable("the disk refuses")
        return super().append_many(batches)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.fixture
def log(disk: Disk, tmp_path: Path) -> LogWithReserve:
    made = LogWithReserve(disk, tmp_path, disk.usage)
    made.set_aside()
    return made


def test_a_full_disk_gives_the_reserve_away_and_the_night_can_be_told_to_its_end(
    log: LogWithReserve, disk: Disk, tmp_path: Path
) -> None:
    assert (tmp_path / NAME).stat().st_size == RESERVE_BYTES
    disk.free = RESERVE_BYTES

    log.append("message", [POSTED])

    assert log.head() == 1
    assert not (tmp_path / NAME).exists()
    log.set_aside()
    assert not (tmp_path / NAME).exists(), "there is too little left to set aside"
    disk.free = 2 * LOG_BYTES_TO_RESUME
    log.set_aside()
    assert (tmp_path / NAME).exists()


def test_when_that_is_used_up_it_says_so(log: LogWithReserve, disk: Disk) -> None:
    disk.free = RESERVE_BYTES
    log.append("message", [POSTED])
    disk.free = 0
    with pytest.raises(LogUnavailable):
        log.append("message", [POSTED])


def test_room_that_another_process_gave_away_just_then_is_used(
    log: LogWithReserve, disk: Disk, tmp_path: Path
) -> None:
    other = LogWithReserve(disk, tmp_path, disk.usage)
    disk.free = RESERVE_BYTES
    disk.when_full = [lambda: other.append("message", [POSTED])]
    log.append("message", [POSTED])
    assert log.head() == 2
    disk.broken = True
    with pytest.raises(LogUnavailable):
        log.append("message", [POSTED])


def test_what_a_night_killed_while_it_set_room_aside_left_is_used(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"half")
    LogWithReserve(disk, tmp_path, disk.usage).set_aside()
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [(NAME, RESERVE_BYTES)]


def test_a_log_that_fails_for_another_reason_keeps_its_reserve(
    log: LogWithReserve, disk: Disk, tmp_path: Path
) -> None:
    disk.broken = True
    with pytest.raises(LogUnavailable):
        log.append("message", [POSTED])
    assert (tmp_path / NAME).exists()

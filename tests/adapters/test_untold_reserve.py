"""What must be kept is kept on a full disk too, in room that was set aside before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.untold import FOLDER, Untold, file_name, tell, waiting
from adapters.untold_reserve import BYTES, RESERVE, DiskFull, Keeper
from tests.adapters.test_untold import BEGUN, MADE, untold
from tomoe_es.events import Event
from tomoe_es.log.sqlite_log import SqliteLog

FIRST, SECOND = untold(BEGUN, "begun"), untold(MADE, "ended", 45)


def keep_on_full_disk(keeper: Keeper, run: Path, events: Sequence[Untold]) -> None:
    """Whoever writes a new file there is told that there is no room."""
    part = run / FOLDER / f".{file_name(events)}.{os.getpid()}"
    part.parent.mkdir(exist_ok=True)
    part.symlink_to("/dev/full")
    keeper.keep(events)


def in_log(run: Path) -> list[Event]:
    log = SqliteLog(run / "log")
    tell(run, log)
    told = [each.payload for each in log.read()]
    log.close()
    return told


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    made = Keeper(tmp_path)
    made.set_aside()
    return made


def test_with_room_the_reserve_is_left_alone(keeper: Keeper, tmp_path: Path) -> None:
    keeper.keep([FIRST])
    assert (tmp_path / FOLDER / RESERVE).stat().st_size == BYTES
    assert in_log(tmp_path) == [BEGUN]


def test_on_a_full_disk_everything_is_kept_in_the_reserve(keeper: Keeper, tmp_path: Path) -> None:
    for each in (FIRST, SECOND):
        keep_on_full_disk(keeper, tmp_path, [each])
    [kept] = waiting(tmp_path)
    assert kept.stat().st_size == BYTES, "it takes no more room, and gives none away"
    assert in_log(tmp_path) == [BEGUN, MADE]
    assert waiting(tmp_path) == []


def test_what_was_told_meanwhile_makes_room_again(keeper: Keeper, tmp_path: Path) -> None:
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    assert in_log(tmp_path) == [BEGUN]
    keep_on_full_disk(keeper, tmp_path, [SECOND])
    assert in_log(tmp_path) == [BEGUN, MADE]


def test_who_has_just_read_it_takes_nothing_away_that_was_added_since(keeper: Keeper, tmp_path: Path) -> None:
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    [read_by_another] = waiting(tmp_path)
    keep_on_full_disk(keeper, tmp_path, [SECOND])
    read_by_another.unlink(missing_ok=True)
    assert in_log(tmp_path) == [BEGUN, MADE]


def test_a_reserve_that_is_used_up_keeps_what_it_holds(keeper: Keeper, tmp_path: Path) -> None:
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    many = [untold(MADE, f"{number}") for number in range(BYTES // 100)]
    with pytest.raises(DiskFull):
        keep_on_full_disk(keeper, tmp_path, many)
    assert in_log(tmp_path) == [BEGUN]


def test_without_a_reserve_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        keep_on_full_disk(Keeper(tmp_path), tmp_path, [FIRST])

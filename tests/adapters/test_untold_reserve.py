"""What must be kept is kept on a full disk too, in room that was set aside before."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.untold import FOLDER, Untold, file_name, tell, waiting
from adapters.untold_reserve import BYTES, FOR_PEOPLE, IN_HAND, RESERVE, DiskFull, Keeper
from tests.adapters.test_untold import BEGUN, MADE, synced, untold
from tomoe_es.events import Event
from tomoe_es.log.sqlite_log import SqliteLog

__all__ = ["synced"]  # the fixture that notes what is brought to the disk

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


def test_what_is_in_the_reserve_keeps_its_name_when_the_power_fails(
    synced: list[tuple[str, set[str]]], tmp_path: Path
) -> None:
    keeper = Keeper(tmp_path)
    keeper.set_aside()
    assert (FOLDER, {RESERVE}) in synced
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    [kept] = waiting(tmp_path)
    folder, names = synced[-1]
    assert folder == FOLDER
    assert kept.name in names


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


def test_what_people_say_takes_room_of_its_own_and_leaves_the_guardian_s(
    keeper: Keeper, tmp_path: Path
) -> None:
    for_people = Keeper(tmp_path, FOR_PEOPLE)
    for_people.set_aside()

    keep_on_full_disk(for_people, tmp_path, [FIRST])

    assert (tmp_path / FOLDER / RESERVE).exists()
    assert not (tmp_path / FOLDER / FOR_PEOPLE).exists()
    keep_on_full_disk(keeper, tmp_path, [SECOND])
    assert in_log(tmp_path) == [BEGUN, MADE]


def a_dead_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.mark.parametrize("owner", [a_dead_process, os.getpid])
def test_what_a_killed_process_had_in_hand_is_told_also_if_it_had_this_one_s_id(
    owner: Callable[[], int], keeper: Keeper, tmp_path: Path
) -> None:
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    [kept] = waiting(tmp_path)
    kept.rename(kept.with_name(f"{RESERVE}.{owner()}{IN_HAND}"))
    Keeper(tmp_path).set_aside()
    assert in_log(tmp_path) == [BEGUN]


def test_a_reserve_that_a_killed_process_had_not_used_yet_is_room_again(
    keeper: Keeper, tmp_path: Path
) -> None:
    folder = tmp_path / FOLDER
    (folder / RESERVE).rename(folder / f"{RESERVE}.{a_dead_process()}{IN_HAND}")
    (folder / f"{RESERVE}.{a_dead_process()}").write_bytes(b"   ")
    (folder / f"{RESERVE}.{os.getppid()}{IN_HAND}").write_bytes(b"of one that lives")
    Keeper(tmp_path).set_aside()
    assert {(each.name, each.stat().st_size) for each in folder.iterdir()} == {
        (RESERVE, BYTES),
        (f"{RESERVE}.{os.getppid()}{IN_HAND}", 17),
    }


def test_what_can_not_be_taken_up_keeps_no_room_from_being_set_aside(tmp_path: Path) -> None:
    left = tmp_path / FOLDER / f"{RESERVE}.{a_dead_process()}{IN_HAND}"
    left.mkdir(parents=True)
    Keeper(tmp_path).set_aside()
    assert (tmp_path / FOLDER / RESERVE).stat().st_size == BYTES
    assert left.is_dir()


def test_when_writing_into_the_reserve_fails_what_it_held_is_told_all_the_same(
    keeper: Keeper, tmp_path: Path
) -> None:
    keep_on_full_disk(keeper, tmp_path, [FIRST])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES // 2, hard))  # what was there remains, and no more
    try:
        with pytest.raises(OSError, match="File too large"):
            keep_on_full_disk(keeper, tmp_path, [SECOND])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert in_log(tmp_path)[:1] == [BEGUN]


def test_without_a_reserve_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        keep_on_full_disk(Keeper(tmp_path), tmp_path, [FIRST])

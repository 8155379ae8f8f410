"""A log that is only read: every event is there, and not a byte of its folder changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.log.read_only import ReadOnlyLog
from tomoe_es.log.sealing import seal
from tomoe_es.log.sqlite_log import SqliteLog

TIME = 1_702_371_600_000_000  # 2023-12-12 09:00 UTC


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where also another user may look, which tmp_path does not allow."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "log"


def write(folder: Path, count: int = 600) -> SqliteLog:
    log = SqliteLog(folder)
    log.append("queue", [Draft(QueuePaused(reason=f"tea {n}"), TIME + n) for n in range(count)])
    return log


def killed_after(code: str, folder: Path) -> None:
    """Run code on a log in a process that then ends without closing anything."""
    whole = f"""
import os
from pathlib import Path
from tests.tomoe_es.log.test_read_only import *
folder = Path({str(folder)!r})
{code}
os._exit(9)
"""
    ended = subprocess.run([sys.executable, "-c", whole], check=False, cwd=Path(__file__).parents[3])
    assert ended.returncode == 9


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.iterdir())
    }


def read_all(folder: Path) -> int:
    log = ReadOnlyLog(folder)
    events = list(log.read())
    assert [each.position for each in log.read_stream("queue")] == [each.position for each in events]
    assert log.head() == len(events)
    log.close()
    return len(events)


def test_a_log_that_was_closed_is_left_as_it_is(folder: Path) -> None:
    write(folder).close()
    before = contents(folder)

    assert read_all(folder) == 600
    assert contents(folder) == before


def test_a_sealed_night_and_the_one_after_it_are_left_as_they_are(folder: Path) -> None:
    write(folder).close()
    seal(folder, "2023-12-12")
    write(folder, 3).close()
    before = contents(folder)

    assert read_all(folder) == 603
    assert contents(folder) == before


@pytest.mark.parametrize("has_shm", [True, False])
def test_what_a_killed_process_left_in_the_wal_is_read_and_stays_there(has_shm: bool, folder: Path) -> None:
    killed_after("log = write(folder)", folder)
    if not has_shm:
        next(folder.glob("*-shm")).unlink()
    before = contents(folder)
    assert any(name.endswith("-wal") for name in before)

    assert read_all(folder) == 600
    assert contents(folder) == before


def test_a_copy_of_a_log_that_is_written_keeps_its_shm(folder: Path) -> None:
    """SQLite would make it anew, since nobody has the copy open; who may write everywhere must not either."""
    log = write(folder)
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    log.close()
    for path in copy.iterdir():
        path.chmod(0o444)
    before = contents(copy)
    assert any(name.endswith("-shm") for name in before)

    assert read_all(copy) == 600
    assert contents(copy) == before


def test_a_writer_that_comes_after_a_killed_one_is_read_on(folder: Path) -> None:
    """Processes of their own, as in life: within one, SQLite shares the `-shm` among all connections."""
    killed_after("log = write(folder)", folder)
    reader = ReadOnlyLog(folder)
    assert reader.head() == 600

    for expected in (900, 1200):
        appends = "for n in range(300): log.append('queue', [Draft(QueueStarted(reason='on'), TIME + 1000)])"
        killed_after(f"log = SqliteLog(folder)\n{appends}", folder)
        assert reader.head() == len(list(reader.read())) == expected
    reader.close()


def test_what_is_appended_meanwhile_is_read(folder: Path) -> None:
    write(folder).close()
    reader = ReadOnlyLog(folder)
    assert reader.head() == 600
    writer = SqliteLog(folder)
    writer.append("queue", [Draft(QueueStarted(reason="on"), TIME + 1000)])

    assert reader.head() == 601
    assert [type(each.payload) for each in reader.read(after=600)] == [QueueStarted]
    writer.close()
    assert [type(each.payload) for each in reader.read(after=600)] == [QueueStarted]
    reader.close()


@pytest.mark.parametrize("state", ["closed", "killed", "sealed"])
def test_it_is_read_where_nothing_may_be_written(state: str, folder: Path) -> None:
    """As a user who may not write there: root may everywhere, so then another user is taken."""
    log = write(folder)
    if state == "killed":
        for path in list(folder.iterdir()):
            (folder / f"copy of {path.name}").write_bytes(path.read_bytes())
        log.close()
        for path in folder.glob("copy of *"):
            path.replace(folder / path.name.removeprefix("copy of "))
        for path in folder.glob("*-shm"):
            path.unlink()
        assert any(folder.glob("*-wal"))
    else:
        log.close()
        if state == "sealed":
            seal(folder, "2023-12-12")
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    before = contents(folder)

    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            status = 0 if read_all(folder) == 600 else 2
            if os.access(folder, os.W_OK):
                status = 3
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    folder.chmod(0o755)

    assert os.waitstatus_to_exitcode(ended) == 0
    assert contents(folder) == before


def test_appending_is_refused(folder: Path) -> None:
    write(folder).close()
    log = ReadOnlyLog(folder)
    with pytest.raises(LogUnavailable, match="read only"):
        log.append("queue", [Draft(QueueStarted(reason="on"), TIME)])
    log.close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="there is no log"):
        ReadOnlyLog(tmp_path / "nothing")

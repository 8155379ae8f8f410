"""Whoever may only read a log reads it, and what can't be opened is never called damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.tomoe_es.log.another_user import as_who_may_not_write
from tests.tomoe_es.log.test_read_only import TIME, write
from tomoe_es.clock import DAY
from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueueStarted
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import key_of, write_checkpoint
from tomoe_es.log.proving import prove
from tomoe_es.log.read_only import ReadOnlyLog
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.tiles_export import export_tiles
from tomoe_es.log.verifying import verify


def sign(folder: Path) -> None:
    write_checkpoint(folder, key_of(folder, "kiso.example/log", bytes(32)))


def next_night(log: SqliteLog) -> None:
    log.append("queue", [Draft(QueueStarted(reason="on"), TIME + DAY + n) for n in range(100)])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A sealed night of 600 events and an open one of 100, signed, where also another user may look."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "log"
        write(folder).close()
        seal(folder, "2023-12-12")
        with closing(SqliteLog(folder)) as log:
            next_night(log)
        sign(folder)
        assert verified(folder) == "3 hold"  # the compiled functions are loaded, which only their owner may
        yield folder


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read(folder: Path) -> str:
    with closing(open_log(f"sqlite:///{folder}")) as log:
        positions = [each.position for each in log.read()]
        assert positions == [each.version for each in log.read_stream("queue")]
        assert [each.position for each in log.read(after=650, until=660)] == list(range(651, 661))
        return f"{len(positions)} of {log.head()}"


def verified(folder: Path) -> str:
    findings = list(verify(folder))
    return "; ".join(each.text for each in findings if not each.holds) or f"{len(findings)} hold"


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (read, "700 of 700"),
        (verified, "3 hold"),
        (lambda folder: prove(folder, 650)[:22], "c2sp.org/tlog-proof@v1"),
        (lambda folder: str(export_tiles(folder, Path(TemporaryDirectory().name))), "700"),
    ],
)
def test_it_is_read_verified_and_proved_without_the_right_to_write(
    folder: Path, ask: Callable[[Path], str], answer: str
) -> None:
    before = contents(folder)
    assert as_who_may_not_write(folder, lambda: ask(folder)) == answer
    assert contents(folder) == before


def test_it_is_read_while_a_night_goes_on(folder: Path) -> None:
    with closing(SqliteLog(folder)) as night:
        next_night(night)
        assert as_who_may_not_write(folder, lambda: read(folder)) == "800 of 800"


def test_what_was_appended_and_closed_meanwhile_is_read(tmp_path: Path) -> None:
    """The file is another one then, without a WAL before and after."""
    write(tmp_path).close()
    with closing(ReadOnlyLog(tmp_path)) as log:
        assert len(list(log.read())) == 600
        write(tmp_path).close()
        assert not list(tmp_path.glob("*-wal"))
        assert len(list(log.read())) == 1200


@pytest.mark.parametrize("name", ["live", "sealed"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(folder: Path, name: str) -> None:
    sealed, live = list_segments(folder)
    path = live.live_path(folder) if name == "live" else sealed.sealed_path(folder)
    path.chmod(0)
    told = as_who_may_not_write(folder, lambda: read(folder))
    assert told.startswith(f"LogUnavailable: '{path}' can't be read (")
    assert "this user may not read it: read it as who may" in told
    assert f"'{path}' can't be read" in as_who_may_not_write(folder, lambda: verified(folder))


@pytest.mark.parametrize("ask", [read, verified, lambda folder: prove(folder, 650)])
def test_a_folder_that_may_not_be_read_is_named(folder: Path, ask: Callable[[Path], str]) -> None:
    folder.chmod(0)
    told = as_who_may_not_write(folder, lambda: ask(folder))
    assert told.startswith(f"LogUnavailable: '{folder}")
    assert "this user may not read it" in told


@pytest.mark.parametrize(
    "write_it",
    [
        lambda folder: SqliteLog(folder).append("queue", [Draft(QueueStarted(reason="on"), TIME + DAY)]),
        lambda folder: seal(folder, "2023-12-13"),
        sign,
    ],
)
def test_what_must_write_says_that_it_may_not(folder: Path, write_it: Callable[[Path], object]) -> None:
    told = as_who_may_not_write(folder, lambda: str(write_it(folder)))
    assert told.startswith("LogUnavailable: ")
    assert "nothing was appended: this user may not write there, or it is mounted read-only" in told


def test_a_file_that_is_gone_is_still_called_missing(folder: Path) -> None:
    list_segments(folder)[0].sealed_path(folder).rename(folder / "elsewhere")
    with closing(open_log(f"sqlite:///{folder}")) as log, pytest.raises(LogCorrupt, match="night is missing"):
        list(log.read())

"""Projections are the log, folded: whenever, however often and in whichever pieces."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.catalogue import NAMES, PROJECTIONS
from projections.comparison import check
from projections.errors import (
    NoNightYet,
    ProjectionBusy,
    ProjectionDamaged,
    ProjectionOutdated,
    ProjectionUnwritable,
    UnknownProjection,
)
from projections.overview import read_overview
from projections.projector import Projector
from projections.store import ProjectionReader
from tests.projections.any_events import any_moments
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import Moment, record, whole_night
from tomoe_es.errors import DataFolderInUse, UnknownEventType
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log
from tomoe_es.log.segment_names import list_segments

Content = dict[str, list[tuple[Any, ...]]]


def content(folder: Path) -> dict[str, Content]:
    """Everything in the projections' files: states, positions and rows."""
    files = {}
    for projection in PROJECTIONS:
        with ProjectionReader(folder, projection) as reader:
            names = reader.connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            ).fetchall()
            files[projection.name] = {
                name: reader.connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
                for (name,) in names
            }
    return files


def log_of(moments: list[Moment]) -> MemoryLog:
    log = MemoryLog()
    record(log, iter(moments))
    return log


@pytest.fixture
def log() -> MemoryLog:
    return log_of(list(whole_night()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=any_moments(), cuts=st.lists(st.integers(1, 40), max_size=3), restart=st.booleans())
def test_neither_cuts_nor_restarts_matter(
    tmp_path_factory: pytest.TempPathFactory, moments: list[Moment], cuts: list[int], restart: bool
) -> None:
    log = log_of(moments)
    at_once, in_pieces = tmp_path_factory.mktemp("at_once"), tmp_path_factory.mktemp("in_pieces")
    with Projector(log, at_once) as projector:
        projector.catch_up()

    projector = Projector(log, in_pieces)
    for cut in cuts:
        projector.catch_up(limit=cut)
        if restart:
            projector.close()
            projector = Projector(log, in_pieces)
    projector.catch_up()
    projector.close()

    assert content(in_pieces) == content(at_once)


def test_a_rebuilt_projection_equals_the_live_one(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path) as projector:
        projector.catch_up()
    live = content(tmp_path)

    with Projector(log, tmp_path, rebuild=True) as projector:
        assert projector.position == 0
        projector.catch_up()

    assert content(tmp_path) == live
    assert check(log, tmp_path) == []


def test_an_event_of_a_newer_version_stops_the_projections_before_it(tmp_path: Path) -> None:
    with closing(open_log(f"sqlite:///{tmp_path / 'log'}")) as log:
        posted = Draft(MessagePosted(recipe_id="r", text="t"), 1_702_371_600_000_000)
        log.append("a", [posted])
        (segment,) = list_segments(tmp_path / "log")
        with closing(apsw.Connection(str(segment.live_path(tmp_path / "log")))) as connection:
            connection.execute("INSERT INTO type VALUES(99, 'MeteorSeen')")
            columns = "position + 1, stream, version + 1, 99, time, 0, 0, 0, actor"
            payload = """CAST('{"type":"MeteorSeen"}' AS BLOB)"""
            connection.execute(f"INSERT INTO event SELECT {columns}, {payload} FROM event")
        with Projector(log, tmp_path / "projections") as projector:
            with pytest.raises(UnknownEventType, match="MeteorSeen") as unknown:
                projector.catch_up()
            assert unknown.value.position == 2
            assert projector.position < 2


def test_following_takes_in_what_is_appended_and_all_of_it_before_it_ends(tmp_path: Path) -> None:
    log, stopped = MemoryLog(), Signal()
    with Projector(log, tmp_path) as projector:
        thread = Thread(target=projector.follow, args=(stopped, 0.001))
        thread.start()
        record(log, whole_night())
        stopped.set()
        thread.join()

    assert {files["projection"][0][1] for files in content(tmp_path).values()} == {log.head()}
    assert check(log, tmp_path) == []


def test_the_log_on_the_disk_is_followed_from_another_thread(tmp_path: Path) -> None:
    log, stopped = open_log(f"sqlite:///{tmp_path / 'log'}"), Signal()
    with Projector(log, tmp_path / "projections") as projector:
        thread = Thread(target=projector.follow, args=(stopped, 0.001))
        thread.start()
        for moment in whole_night():
            record(log, iter([moment]))
        stopped.set()
        thread.join()

    assert check(log, tmp_path / "projections") == []
    assert read_overview(tmp_path / "projections").position == log.head()
    log.close()


def test_projections_that_stopped_at_different_places_come_together(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path, ["queue", "lineage"]) as projector:
        projector.catch_up(limit=50)
    with Projector(log, tmp_path, ["queue"]) as projector:
        projector.catch_up(limit=30)

    with Projector(log, tmp_path) as projector:
        assert projector.catch_up() == log.head()

    assert check(log, tmp_path) == []


def test_limit_counts_events(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path) as projector:
        assert projector.catch_up(limit=7) == 7
        assert projector.position == 7
        assert projector.catch_up() == log.head() - 7
        assert projector.catch_up() == 0


def test_a_projection_whose_code_changed_builds_itself_again(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path) as projector:
        projector.catch_up()
    live = content(tmp_path)
    with sqlite3.connect(tmp_path / "history.sqlite") as file:
        file.execute("UPDATE projection SET version = 'of yesterday'")
        file.execute("DELETE FROM history")
    file.close()

    with pytest.raises(ProjectionOutdated, match="tomoe rebuild history"):
        ProjectionReader(tmp_path, PROJECTIONS[NAMES.index("history")])
    with Projector(log, tmp_path) as projector:
        projector.catch_up()

    assert content(tmp_path) == live


def test_check_says_where_a_projection_differs(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path) as projector:
        projector.catch_up()
    with sqlite3.connect(tmp_path / "archive_index.sqlite") as file:
        file.execute("UPDATE products SET sha256 = 'forged' WHERE exp_id = 3")
    file.close()
    (tmp_path / "pool.sqlite").unlink()

    differences = check(log, tmp_path)

    assert [(each.projection, each.where) for each in differences] == [
        ("pool", "file"),
        ("archive_index", "products"),
    ]
    assert "forged" in differences[1].live
    assert "cdcd" in differences[1].rebuilt


def test_two_cannot_write_at_once(tmp_path: Path, log: MemoryLog) -> None:
    with Projector(log, tmp_path), pytest.raises(DataFolderInUse, match="another process"):
        Projector(log, tmp_path)


def test_a_name_that_is_none_is_refused(tmp_path: Path, log: MemoryLog) -> None:
    with pytest.raises(UnknownProjection, match="choose from queue"):
        Projector(log, tmp_path, ["cue"])


def test_a_long_reader_delays_the_projection_and_loses_nothing(
    tmp_path: Path, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.store.BUSY_SECONDS", 0.01)
    with Projector(log, tmp_path) as projector:
        with ProjectionReader(tmp_path, PROJECTIONS[0]) as reader, reader.one_moment():
            reader.load()
            with pytest.raises(ProjectionBusy, match=r"queue\.sqlite"):
                projector.catch_up()
        projector.catch_up()

    assert check(log, tmp_path) == []


def test_a_full_disk_is_named_and_what_was_to_be_written_is_written_when_there_is_room(
    tmp_path: Path, log: MemoryLog
) -> None:
    log.append("message", [Draft(MessagePosted(recipe_id="", text="x" * 100_000), log.events[-1].time)])
    with Projector(log, tmp_path) as projector:
        files = [each.writer._connection for each in projector._running]
        for file in files:
            file.execute("PRAGMA max_page_count = 1")
        with pytest.raises(ProjectionUnwritable, match="its disk is full"):
            projector.catch_up()
        for file in files:
            file.execute("PRAGMA max_page_count = 1000000")
        stopped = Signal()
        stopped.set()
        projector.follow(stopped)

    assert check(log, tmp_path) == []
    with ProjectionReader(tmp_path, PROJECTIONS[0]) as reader:
        assert reader.load().position == log.head()


def test_a_file_that_is_no_database_is_named(tmp_path: Path, log: MemoryLog) -> None:
    (tmp_path / "queue.sqlite").write_bytes(b"not a database" * 100)

    with pytest.raises(ProjectionDamaged, match=r"delete it and run tomoe rebuild queue"):
        Projector(log, tmp_path)
    with pytest.raises(ProjectionDamaged, match=r"queue\.sqlite"):
        ProjectionReader(tmp_path, PROJECTIONS[0])


def test_a_folder_without_projections_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoNightYet, match=f"run tomoe night --data {tmp_path.parent}"):
        ProjectionReader(tmp_path, PROJECTIONS[0])


KILLED = """
import os, signal, sys
from pathlib import Path
from projections import projector as code
from projections.store import ProjectionWriter
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import record, whole_night

folder, statements = Path(sys.argv[1]), int(sys.argv[2])
log = MemoryLog()
record(log, whole_night())
projector = code.Projector(log, folder)
done = 0

def count(statement):
    global done
    done += 1
    if done == statements:
        os.kill(os.getpid(), signal.SIGKILL)

for each in projector._running:
    each.writer._connection.set_trace_callback(count)
while projector.catch_up(limit=20):
    pass
sys.exit(3)
"""


@pytest.mark.parametrize("statements", [1, 2, 3, 10, 38, 77, 111, 150])
def test_killed_at_any_statement_it_goes_on_as_if_nothing_had_been(
    tmp_path: Path, log: MemoryLog, statements: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(statements)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    for projection in PROJECTIONS:
        with ProjectionReader(tmp_path, projection) as reader:
            assert reader.load().position % 20 == 0

    assert check(log, tmp_path) == []
    with Projector(log, tmp_path) as projector:
        projector.catch_up()
    assert check(log, tmp_path) == []

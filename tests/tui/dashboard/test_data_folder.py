"""The dashboard on a true data folder: log and projections as a night leaves them."""

from __future__ import annotations

import os
from contextlib import closing
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest

from projections.errors import NoNightYet
from projections.projector import Projector
from tests.projections.night_story import recipe_id_of, record, whole_night
from tomoe_es.clock import SECOND
from tomoe_es.log import open_log
from tui.dashboard import picture
from tui.dashboard.source import DataFolderSource, WallClock
from tui.data_folder import DataFolder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    folder.make()
    log = open_log(folder.log_url)
    record(log, whole_night())
    with Projector(log, folder.projections) as projector:
        projector.catch_up()
    log.close()
    return folder.top


def test_the_time_of_writing_is_that_of_the_projections_files(data_dir: Path) -> None:
    written_us = DataFolderSource(data_dir).written_us()
    assert 0 <= WallClock().now() - written_us < 600 * SECOND


def test_a_later_write_is_noticed(data_dir: Path) -> None:
    source = DataFolderSource(data_dir)
    before = source.written_us()
    touched = next(path for path in (data_dir / "projections").iterdir() if path.name.startswith("queue"))
    os.utime(touched, ns=(0, (before + SECOND) * 1000))
    assert source.written_us() == before + SECOND


def test_a_file_that_goes_while_it_is_looked_at_is_no_failure(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    (folder.projections / "queue.sqlite-wal").symlink_to("gone")
    assert DataFolderSource(tmp_path).written_us() == 0


def test_a_folder_without_projections_was_never_written(tmp_path: Path) -> None:
    source = DataFolderSource(tmp_path)
    assert source.written_us() == 0
    with pytest.raises(NoNightYet):
        source.read()


def test_a_recipes_operations_come_from_its_stream_of_the_log(data_dir: Path) -> None:
    progress = DataFolderSource(data_dir).recipe(recipe_id_of(1))
    assert progress.runs >= 1
    assert progress.operations
    assert {operation.state for operation in progress.operations} <= {"done", "FAILED", "not yet", "skipped"}


def test_the_picture_is_an_svg_of_the_night(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures" / "dashboard.svg"
    assert picture.main([str(data_dir), str(out)]) == 0
    text = "".join(ElementTree.parse(out).getroot().itertext())
    assert "1 schedule" in text
    assert "9 violations" in text


def test_the_picture_of_a_past_moment_is_the_screen_as_it_was_then(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    with closing(open_log(folder.log_url)) as log:
        record(log, islice(whole_night(), 200))
        with Projector(log, folder.projections) as projector:
            projector.catch_up()
    for path in folder.projections.iterdir():
        os.utime(path, (1e9, 1e9))
    said = []
    for flags in ([], ["--then"]):
        out = tmp_path / "dashboard.svg"
        assert picture.main([str(folder.top), str(out), *flags]) == 0
        said.append("".join(ElementTree.parse(out).getroot().itertext()))
    assert ["OLD DATA" in each for each in said] == [True, False]


def test_no_picture_of_a_folder_without_a_night(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert picture.main([str(tmp_path), str(tmp_path / "out.svg")]) == 1
    assert "NO NIGHT YET" in capsys.readouterr().err
    assert not (tmp_path / "out.svg").exists()


def test_the_picture_needs_a_folder_and_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert picture.main(["only one"]) == 2
    assert capsys.readouterr().err == picture.USAGE + "\n"

"""The watched folder: a recipe is reported when it is whole, however it came there."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.watched_folder import WatchedFolder


class Reports:
    """Names of the files that were reported, in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._queue: queue.Queue[Path] = queue.Queue()
        self._markers = 0

    def arrived(self, path: Path) -> None:
        assert path.parent == self._folder
        self._queue.put(path)

    def next(self) -> str:
        return self._queue.get(timeout=60).name

    def until_now(self) -> list[str]:
        """Names reported before a file that is put into the folder now."""
        self._markers += 1
        marker = self._folder / f"marker-{self._markers}.yaml"
        marker.write_text("")
        return list(iter(self.next, marker.name))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def reports(folder: Path) -> Reports:
    return Reports(folder)


@pytest.fixture
def watched(folder: Path, reports: Reports) -> Iterator[Reports]:
    """The reports of a folder that is being watched."""
    with WatchedFolder(folder, reports.arrived):
        yield reports


def test_a_half_written_file_is_waited_for(folder: Path, watched: Reports) -> None:
    with (folder / "a.yaml").open("w") as file:
        file.write("Observer: ")
        file.flush()
        assert watched.until_now() == []
        file.write("somebody\n")
    assert watched.next() == "a.yaml"


def test_a_file_still_open_elsewhere_is_waited_for(folder: Path, watched: Reports) -> None:
    path = folder / "a.yaml"
    with path.open("w") as first:
        with path.open("a") as second:
            second.write("Comment: none\n")
        assert watched.until_now() == []
        first.write("Observer: somebody\n")
    assert watched.next() == "a.yaml"


def test_a_file_that_is_only_read_is_not_reported(folder: Path, watched: Reports) -> None:
    (folder / "a.yaml").write_text("1")
    assert watched.until_now() == ["a.yaml"]
    assert (folder / "a.yaml").read_text() == "1"
    assert watched.until_now() == []


def test_a_file_written_again_is_reported_again(folder: Path, watched: Reports) -> None:
    for text in ("wrong", "right"):
        (folder / "a.yaml").write_text(text)
        assert watched.until_now() == ["a.yaml"]


def test_a_file_moved_in_from_elsewhere_is_reported(folder: Path, watched: Reports) -> None:
    elsewhere = folder.parent / "a.yaml"
    elsewhere.write_text("Observer: somebody\n")
    elsewhere.rename(folder / "a.yaml")
    assert watched.until_now() == ["a.yaml"]


def test_a_file_written_under_another_name_is_reported_when_it_is_renamed(
    folder: Path, watched: Reports
) -> None:
    hidden = folder / ".a.yaml.part"
    hidden.write_text("Observer: somebody\n")
    assert watched.until_now() == []
    hidden.rename(folder / "a.yaml")
    assert watched.until_now() == ["a.yaml"]


@pytest.mark.parametrize("name", [".a.yaml", "a.yaml~", "a.txt", "a", "a.yaml.errors.txt", "yaml"])
def test_other_files_are_left_alone(folder: Path, watched: Reports, name: str) -> None:
    (folder / name).write_text("Observer: somebody\n")
    assert watched.until_now() == []


def test_folders_are_left_alone(folder: Path, watched: Reports) -> None:
    (folder / "a.yaml").mkdir()
    (folder / "accepted").mkdir()
    (folder / "accepted" / "b.yaml").write_text("Observer: somebody\n")
    assert watched.until_now() == []


def test_a_file_moved_away_is_not_reported(folder: Path, watched: Reports) -> None:
    (folder / "a.yaml").write_text("1")
    assert watched.next() == "a.yaml"
    (folder / "a.yaml").rename(folder.parent / "a.yaml")
    assert watched.until_now() == []


def test_both_endings_are_recipes(folder: Path, watched: Reports) -> None:
    (folder / "a.yml").write_text("1")
    (folder / "b.yaml").write_text("1")
    assert watched.until_now() == ["a.yml", "b.yaml"]


def test_what_is_there_at_the_start_is_reported_in_the_order_of_names(folder: Path, reports: Reports) -> None:
    for name in ("b.yaml", "a.yml", ".c.yaml", "d.txt"):
        (folder / name).write_text("1")
    (folder / "accepted").mkdir()
    with WatchedFolder(folder, reports.arrived):
        assert reports.until_now() == ["a.yml", "b.yaml"]


def test_what_is_half_written_at_the_start_is_waited_for(folder: Path, reports: Reports) -> None:
    with (folder / "a.yaml").open("w") as file:
        file.write("Observer: ")
        file.flush()
        with WatchedFolder(folder, reports.arrived):
            assert reports.until_now() == []
            file.write("somebody\n")
            file.close()
            assert reports.until_now() == ["a.yaml"]


def test_the_folder_is_made_when_it_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "inbox"
    reports = Reports(folder)
    with WatchedFolder(folder, reports.arrived):
        assert reports.until_now() == []

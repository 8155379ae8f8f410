"""`tomoe rebuild`: the log builds every projection again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from projections.errors import UnknownProjection
from projections.projector import Projector
from tests.projections.memory_log import MemoryLog
from tomoe_es.errors import DataFolderInUse
from tui.commands.rebuild import rebuild
from tui.data_folder import DataFolder, NoDataFolder


def spoil(data: DataFolder) -> None:
    with sqlite3.connect(data.projections / "history.sqlite") as file:
        file.execute("UPDATE history SET observer = 'somebody else'")
    file.close()


def test_a_spoilt_projection_is_found_and_rebuilt(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rebuild(data=data.top, check=True) == 0
    spoil(data)

    assert rebuild(data=data.top, check=True) == 1
    told = capsys.readouterr().out
    assert "history: differs in history" in told
    assert "somebody else" in told

    assert rebuild("history", data=data.top) == 0
    assert rebuild(data=data.top, check=True) == 0


def test_only_the_named_ones_are_looked_at(data: DataFolder) -> None:
    spoil(data)

    assert rebuild("queue", "pool", data=data.top, check=True) == 0


def test_deleted_projections_come_back(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    for path in data.projections.iterdir():
        path.unlink()
    assert rebuild(data=data.top, check=True) == 1

    assert rebuild(data=data.top) == 0

    assert capsys.readouterr().out.splitlines()[-1].startswith("rebuilt queue, pool, hardware")
    assert rebuild(data=data.top, check=True) == 0


def test_not_while_a_night_writes_them(data: DataFolder) -> None:
    with Projector(MemoryLog(), data.projections), pytest.raises(DataFolderInUse):
        rebuild(data=data.top)


def test_an_unknown_name_is_refused(data: DataFolder) -> None:
    with pytest.raises(UnknownProjection, match="choose from"):
        rebuild("cue", data=data.top)


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoDataFolder):
        rebuild(data=tmp_path)

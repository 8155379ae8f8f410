"""What `tomoe replay` is told to read and write, and can't: it says so, and leaves nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from cyclopts import CycloptsError

from replay.errors import ImportRefused, PlaceUnknown
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import record, whole_night
from tests.tomoe_es.control.observatory import copy_log
from tomoe_es.events.envelope import Recorded
from tui.cli import app
from tui.commands.replay.export import export, import_
from tui.commands.replay.show import show
from tui.commands.replay.timing import timing
from tui.data_folder import DataFolder
from tui.named_file import FileUnusable


@pytest.fixture(scope="module")
def story() -> list[Recorded]:
    log = MemoryLog()
    record(log, whole_night())
    return log.events


@pytest.fixture(scope="module")
def data(story: list[Recorded], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = DataFolder(tmp_path_factory.mktemp("story"))
    copy_log(story, folder.log)
    return folder.top


def test_a_folder_that_is_not_there_is_told(data: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none" / "night.jsonl"
    with pytest.raises(FileUnusable, match="night"):
        export(out=missing, data=data)
    with pytest.raises(FileUnusable, match="night"):
        timing(png=missing.with_suffix(".png"), data=data)
    with pytest.raises(FileUnusable, match="No such file"):
        import_(missing, data=tmp_path / "new")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"no event\n"])
def test_an_import_that_is_refused_half_way_leaves_no_log(
    story: list[Recorded], data: Path, tmp_path: Path, content: bytes
) -> None:
    file, into = tmp_path / "night.jsonl", tmp_path / "again"
    export(out=file, data=data)
    good = file.read_bytes()
    file.write_bytes(good + content)
    with pytest.raises((ImportRefused, FileUnusable)):
        import_(file, data=into)
    assert not list(into.iterdir())

    copy_log(story[:3], into / "log.part")  # as a try that was killed leaves it
    file.write_bytes(good)
    assert import_(file, data=into) == 0


def digest_said(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert show("end", data=data) == 0
    [digest] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("log   ")]
    return digest


def test_a_log_changed_in_its_middle_has_another_digest(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true, changed = tmp_path / "true.jsonl", tmp_path / "changed.jsonl"
    export(out=true, data=data)
    lines = true.read_text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if '"type":"WeatherRead"' in line)
    lines[at] = lines[at].replace('"pressure_hpa":', '"pressure_hpa":1')
    changed.write_text("".join(lines))

    assert import_(true, data=tmp_path / "again") == 0
    assert "its root is the one that the file names" in capsys.readouterr().out
    assert import_(changed, data=tmp_path / "changed") == 0
    assert "CHANGED SINCE THEY WERE EXPORTED: the file names the tree root" in capsys.readouterr().out

    assert digest_said(tmp_path / "again", capsys) == digest_said(data, capsys)
    assert digest_said(tmp_path / "changed", capsys) != digest_said(data, capsys)


def test_an_imported_part_says_that_nobody_vouches_for_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = tmp_path / "part.jsonl"
    export(start="20", end="60", out=part, data=data)
    import_(part, data=tmp_path / "part")
    assert "nobody vouches that they are as in the log they are from, tree root of" in capsys.readouterr().out
    part.write_text("".join(part.read_text().splitlines(keepends=True)[1:]))
    import_(part, data=tmp_path / "nameless")
    assert "does not say from which log" in capsys.readouterr().out


def test_an_end_before_the_start_is_told(data: Path) -> None:
    with pytest.raises(PlaceUnknown, match="comes before '20'"):
        export(start="20", end="10", data=data)


@pytest.mark.parametrize("command", ["when", "effects", "diff"])
def test_a_limit_is_a_number_of_lines(command: str) -> None:
    with pytest.raises(CycloptsError):
        app.parse_args(["replay", command, "1", "--limit", "-1"], exit_on_error=False, print_error=False)

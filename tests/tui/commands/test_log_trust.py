"""`tomoe log seal | verify | prove | checkpoint`, and the stand-alone verifier on what they write."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from replay.errors import NightUnknown
from tests.tomoe_es.control.observatory import submitted, survey
from tomoe_es.clock import DAY
from tomoe_es.errors import LogSealed, NotInTheLog
from tomoe_es.events import ErasedPayload
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.recipe import RecipeCompleted
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log
from tui.commands.log import show
from tui.commands.log_trust import (
    FileNotReadable,
    HeaderIncomplete,
    NeededByTheLine,
    NotProvable,
    checkpoint,
    erase,
    export_tiles,
    prove,
    seal,
    verify,
)
from tui.commands.normal import check
from tui.data_folder import DataFolder

EVENING = 1_702_371_600_000_000  # 2023-12-12
STAND_ALONE = Path(__file__).parents[3] / "docs" / "reference" / "verify_proof.py"


def append(data: Path, night: int, count: int) -> None:
    with closing(open_log(DataFolder(data).log_url)) as log:
        message = MessagePosted(recipe_id="r", text="tea")
        log.append("messages", [Draft(message, EVENING + night * DAY)] * count)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    append(folder.top, 0, 300)
    append(folder.top, 1, 20)
    return folder.top


def test_a_night_is_sealed_once_and_signed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seal("2023-12-12", data=data) == 0
    assert capsys.readouterr().out.startswith("2023-12-12: events 1 to 300 sealed in 00001-2023-12-12-")
    assert [path.name for path in (data / "log" / "checkpoints").iterdir()] == ["000000000320"]
    with pytest.raises(LogSealed):
        seal("2023-12-12", data=data)


def test_sealing_the_open_night_tells_where_it_goes_on(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal("2023-12-12", data=data)
    assert "open night" not in capsys.readouterr().err
    seal("2023-12-13", data=data)
    assert "the open night: what still happens in it stands in 2023-12-14" in capsys.readouterr().err
    with pytest.raises(NightUnknown, match="2023-12-14: no night began that evening"):
        check(night="2023-12-14", data=data)


def test_verify_tells_what_no_checkpoint_covers(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(data=data) == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .startswith("open   events 1 to 320 are covered by no checkpoint")
    )


def test_verify_says_by_line_what_holds(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal("2023-12-12", data=data)
    capsys.readouterr()
    assert verify(data=data) == 0
    assert capsys.readouterr().out.splitlines() == [
        "holds  night 2023-12-12 (sealed): 300 events",
        "holds  night 2023-12-13 (live): 20 events",
        "holds  checkpoint 320: signature and root hold",
    ]
    assert verify("2023-12-13", data=data) == 0
    assert verify("2023-12-14", data=data) == 1
    assert capsys.readouterr().out.endswith("FAILS  the log has no night 2023-12-14\n")


def test_who_holds_a_former_checkpoint_finds_another_log(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint(data=data)
    note, key = tmp_path / "note", tmp_path / "vkey"
    note.write_text(capsys.readouterr().out)
    key.write_text((data / "log" / "checkpoint.vkey").read_text())
    other = tmp_path / "other"
    DataFolder(other).make()
    append(other, 0, 319)
    assert verify(checkpoint=(note,), key=key, data=data) == 0
    assert verify(data=other) == 0
    assert verify(checkpoint=(note,), key=key, data=other) == 1
    assert "checkpoint 320 covers more than the 319 events" in capsys.readouterr().out


def test_who_holds_a_products_header_finds_another_log(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint(data=data)
    root = capsys.readouterr().out.splitlines()[2]
    assert verify(size=320, root=root, data=data) == 0
    assert "holds  checkpoint 320: its root holds" in capsys.readouterr().out
    other = tmp_path / "other"
    DataFolder(other).make()
    append(other, 1, 400)
    assert verify(data=other) == 0
    assert verify(size=320, root=root, data=other) == 1
    assert "FAILS  events 1 to 320 are not those of checkpoint 320" in capsys.readouterr().out


@pytest.mark.parametrize(("size", "root"), [(320, None), (None, "A" * 43 + "="), (320, "tea"), (320, "dGVh")])
def test_size_and_root_of_a_header_belong_together(data: Path, size: int | None, root: str | None) -> None:
    with pytest.raises(HeaderIncomplete):
        verify(size=size, root=root, data=data)


def test_a_stranger_checks_a_proof(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint(origin="kiso.example/log", data=data)
    proof = tmp_path / "proof"
    assert prove(7, out=proof, data=data) == 0
    capsys.readouterr()
    prove(7, data=data)
    assert capsys.readouterr().out == proof.read_text()
    payload = tmp_path / "payload"
    prove(7, out=proof, payload=payload, data=data)
    assert payload.read_bytes() == b'{"type":"MessagePosted","recipe_id":"r","text":"tea"}'
    command = [sys.executable, STAND_ALONE, proof, data / "log" / "checkpoint.vkey", payload]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("event 7 is in the log of 320 events that kiso.example/log signed")


def test_the_key_is_made_once_and_is_secret(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint(origin="kiso.example/log", data=data)
    path = data / "log" / "checkpoint.key"
    assert path.stat().st_mode & 0o777 == 0o600
    told = capsys.readouterr()
    assert told.out.startswith("kiso.example/log\n320\n")
    assert (data / "log" / "checkpoint.vkey").read_text().strip() in told.err
    key = path.read_text()
    checkpoint(data=data)
    assert capsys.readouterr().err == ""
    assert path.read_text() == key
    with pytest.raises(NotProvable, match="can't be changed"):
        checkpoint(origin="other.example/log", data=data)
    path.chmod(0o644)
    with pytest.raises(NotProvable, match="chmod 600"):
        checkpoint(data=data)


def test_a_payload_is_erased_and_the_erasure_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal("2023-12-12", data=data)
    assert erase(7, who="the director", why="asked by the person", data=data) == 0
    assert "the payload of event 7 is erased, as event 321 tells" in capsys.readouterr().out
    assert verify(data=data) == 0
    capsys.readouterr()
    show(7, data=data)
    told = capsys.readouterr().out
    assert "ErasedPayload" in told
    assert "tea" not in told
    show(321, data=data)
    assert '"who": "the director"' in capsys.readouterr().out


def test_tiles_are_written_for_a_web_server(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NotProvable, match="no checkpoint yet"):
        export_tiles(tmp_path / "www", data=data)
    checkpoint(data=data)
    assert export_tiles(tmp_path / "www", data=data) == 0
    note = (data / "log" / "checkpoint").read_text()
    assert (tmp_path / "www" / "checkpoint").read_text() == note
    assert len((tmp_path / "www" / "tile" / "0" / "001.p" / "64").read_bytes()) == 64 * 32


def test_what_the_observatory_decides_on_is_not_erased(data: Path) -> None:
    with closing(open_log(DataFolder(data).log_url)) as log:
        log.append("queue", [Draft(QueuePaused(reason="tea"), EVENING + DAY)])
    seal("2023-12-13", data=data)
    with pytest.raises(NeededByTheLine, match="event 321 is a QueuePaused"):
        erase(321, who="the director", why="asked by the person", data=data)


def test_a_recipe_is_erased_once_it_is_over(data: Path) -> None:
    asked = submitted(survey(2), EVENING)
    with closing(open_log(DataFolder(data).log_url)) as log:
        log.append(asked.stream(), [Draft(asked, EVENING + DAY)])
        end = Draft(RecipeCompleted(recipe_id=asked.recipe_id), EVENING + 2 * DAY)
        seal("2023-12-13", data=data)
        with pytest.raises(NeededByTheLine, match="event 321 is a recipe that is not over"):
            erase(321, who="the director", why="asked by the person", data=data)
        log.append(asked.stream(), [end])
        assert erase(321, who="the director", why="asked by the person", data=data) == 0
        [erased, *_] = log.read_stream(asked.stream())
    assert isinstance(erased.payload, ErasedPayload)
    assert verify(data=data) == 0


def test_what_can_not_be_proved_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NotProvable, match="no checkpoint yet"):
        prove(1, data=data)
    checkpoint(data=data)
    append(data, 1, 1)
    with pytest.raises(NotProvable, match="covers events 1 to 320"):
        prove(321, data=data)
    with pytest.raises(NotInTheLog, match="no event 322"):
        prove(322, data=data)
    with pytest.raises(FileNotReadable, match="missing"):
        verify(checkpoint=(tmp_path / "missing",), data=data)
    (tmp_path / "vkey").write_text("nothing")
    with pytest.raises(FileNotReadable, match="vkey"):
        verify(key=tmp_path / "vkey", data=data)

"""`tomoe log`: the last events, and one whole."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.events.telescope import FocusRead
from tomoe_es.log import open_log
from tui.commands.log import NoSuchEvent, app, show, tail
from tui.data_folder import DataFolder

TIME = 1_702_371_600_000_000  # 2023-12-12 09:00 UTC


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    with closing(open_log(folder.log_url)) as log:
        log.append("queue", [Draft(QueueStarted(reason="night begins"), TIME, actor="operator")])
        log.append("focus", [Draft(FocusRead(position_mm=28.13, state="still"), TIME + 1, actor="focus")])
        log.append("queue", [Draft(QueuePaused(reason="tea"), TIME + 2, cause=1, actor="operator")])
    return folder.top


def test_tail_prints_the_last_events_one_a_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tail(lines=2, data=data) == 0
    assert capsys.readouterr().out.splitlines() == [
        "       2 18:00:00 JST focus                    FocusRead position_mm=28.13 state=still",
        "       3 18:00:00 JST queue                    QueuePaused reason=tea who= how=stop",
    ]


@pytest.mark.parametrize(
    ("types", "stream", "positions"),
    [(("QueueStarted",), None, [1]), ((), "queue", [1, 3]), (("QueuePaused",), "queue", [3])],
)
def test_tail_chooses_by_type_and_stream(
    data: Path,
    types: tuple[str, ...],
    stream: str | None,
    positions: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tail(types=types, stream=stream, json=True, data=data)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["position"] for line in lines] == positions


@pytest.mark.parametrize(
    "chosen",
    [["--types", "QueueStarted", "QueuePaused"], ["--types", "QueueStarted", "--types", "QueuePaused"]],
)
def test_several_types_may_follow_one_option(
    data: Path, chosen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command, given, _ = app.parse_args(["tail", *chosen, "--data", str(data)])
    assert command(*given.args, **given.kwargs) == 0
    assert [text.split()[0] for text in capsys.readouterr().out.splitlines()] == ["1", "3"]


def test_an_unknown_type_is_named(data: Path) -> None:
    with pytest.raises(NoSuchEvent, match="'FocusRaed'"):
        tail(types=("FocusRaed",), data=data)


def test_show_prints_envelope_and_payload(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(3, data=data) == 0
    told = capsys.readouterr().out
    for expected in ("QueuePaused", "2023-12-12T09:00:00.000002 UTC", "operator", '"reason": "tea"'):
        assert expected in told


def test_show_as_json_is_the_event_of_the_schema(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(2, json=True, data=data)
    assert json.loads(capsys.readouterr().out)["payload"] == {
        "type": "FocusRead",
        "position_mm": 28.13,
        "state": "still",
    }


@pytest.mark.parametrize("position", [0, -1, 4])
def test_an_event_that_is_not_there_is_named(data: Path, position: int) -> None:
    with pytest.raises(NoSuchEvent, match=f"no event {position}: it holds 1 to 3"):
        show(position, data=data)

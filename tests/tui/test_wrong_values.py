"""What an operator mistypes is named, with what to do, and nothing happens."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.tui.commands.test_queue import folder
from tomoe_es.log import open_log
from tui import cli_errors
from tui.cli import app
from tui.data_folder import DataFolder

__all__ = ["folder"]  # the fixture of a data folder with a night

BROKEN = 1
USAGE = 2
HUGE = "99999999999999999999999"


@pytest.fixture
def unchanged(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    """The folder that commands are about; its log is the same afterwards."""
    monkeypatch.setenv("TOMOE_DATA", str(folder.top))
    yield folder
    with closing(open_log(folder.log_url)) as log:
        assert log.head() == 1


WRONG = [
    # positions
    ("log show 0", BROKEN, "has no event 0: it holds 1 to 1"),
    ("log show -5", BROKEN, "has no event -5"),
    (f"log show {HUGE}", BROKEN, f"has no event {HUGE}"),
    ("log show 1.4", USAGE, '"1.4" is no whole number'),
    ("log show abc", USAGE, '"abc" is no whole number'),
    ("log erase 1.4 --who bob --why privacy", USAGE, '"1.4" is no whole number'),
    (f"log erase {HUGE} --who bob --why privacy", BROKEN, f"NotInTheLog: the log has no event {HUGE}"),
    ("log prove 1.4", USAGE, '"1.4" is no whole number'),
    ("alarm show 1.4", USAGE, '"1.4" is no whole number'),
    ("alarm show -1", BROKEN, "event -1 is not in the log: see 'tomoe alarm list"),
    (f"alarm ack {HUGE} --why seen", BROKEN, f"no violation has the position {HUGE}"),
    (f"replay show {HUGE}", USAGE, f"event {HUGE} is not in the night"),
    ("replay show 120%", USAGE, "past the end of the night"),
    # counts
    ("log tail --lines -3", USAGE, "Must be >= 1"),
    ("log tail --lines 2.5", USAGE, '"2.5" is no whole number'),
    ("replay when 'event.actor == \"x\"' --limit -4", USAGE, "Must be >= 1"),
    ("replay diff 1 1 --limit -1", USAGE, "Must be >= 1"),
    ("replay check --differences -1", USAGE, "Must be >= 0"),
    ("replay show 1 --count 0.5", USAGE, '"0.5" is no whole number'),
    ("night --chips 2.5", USAGE, '"2.5" is no whole number'),
    ("night --chips 85", USAGE, "--chips 85 is outside 1 to 84"),
    (f"night --exposures {HUGE}", USAGE, f"--exposures {HUGE} is outside"),
    (f"night --seed {HUGE}", USAGE, f"--seed {HUGE} is outside"),
    ("night --buffer-ttl-hours inf", USAGE, "--buffer-ttl-hours inf is outside"),
    ("night --buffer-ttl-hours nan", USAGE, "--buffer-ttl-hours nan is outside"),
    ("night --speed nan", USAGE, "--speed nan is outside"),
    (f"replay when control.weather.safe --limit {HUGE}", USAGE, "Must be <= "),
    # names of nothing
    ("log tail --stream nothing", BROKEN, "no event is of the stream 'nothing'"),
    ("log tail --types Nothing", BROKEN, "no event type is called 'Nothing'"),
    ("log seal 1999-01-01", BROKEN, "NotInTheLog: the log in"),
    ("alarm mute Nothing --for 1h --why seen", USAGE, "no violation is named 'Nothing'"),
    ("alarm mute MountDidNotSlew --for ten --why seen", USAGE, "'ten' is no time span: write it as"),
    ("normal show nothing", USAGE, "nothing is called 'nothing': did you mean"),
    ("normal check --night 1999-01-01", BROKEN, "holds no night 1999-01-01"),
    ("replay show violation:Nothing", USAGE, "no violation was recorded in this night"),
    # files
    ("replay export --out {nowhere}/night.jsonl", USAGE, "FileUnusable: {nowhere}/night.jsonl"),
    ("replay import {nowhere}/night.jsonl --data {nowhere}", USAGE, "FileUnusable: {nowhere}/night.jsonl"),
    ("queue submit {nowhere}/recipe.yaml", USAGE, "FileUnusable: {nowhere}/recipe.yaml"),
]


@pytest.mark.parametrize(("line", "code", "told"), WRONG, ids=[line for line, _, _ in WRONG])
def test_it_is_named_and_nothing_happens(
    line: str,
    code: int,
    told: str,
    unchanged: DataFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nowhere = tmp_path / "nowhere"
    monkeypatch.setattr(sys, "argv", ["tomoe", *shlex.split(line.format(nowhere=nowhere))])
    monkeypatch.setenv("COLUMNS", "200")

    with pytest.raises(SystemExit) as ended:
        cli_errors.run(app)

    assert ended.value.code == code
    assert told.format(nowhere=nowhere) in capsys.readouterr().err
    assert not nowhere.exists()

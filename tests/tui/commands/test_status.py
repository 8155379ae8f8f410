"""`tomoe status`: the night in text."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from projections.errors import NoNightYet
from projections.overview import read_overview
from projections.overview_model import LockOverview, Overview, QueuedRecipe
from projections.projector import Projector
from tests.projections.night_story import START, Story, recipe_id_of
from tomoe_es.events.envelope import Draft
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.recipe import RecipeSubmitted
from tomoe_es.log import open_log
from tui.commands.status import status
from tui.commands.status_text import status_text
from tui.data_folder import DataFolder


def test_everything_is_told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(data=data.top) == 0

    text = capsys.readouterr().out
    for said in (
        "NIGHT 2023-12-12, simulated with seed 1",
        "  start-up     07:40:00 UTC (16:40:00 JST)",
        "  phase        observing since ",
        "EXECUTING (queue is running)\n  nothing",
        "QUEUE (0)",
        "POOL (1 waiting)",
        f"{recipe_id_of(6)}, 08:00:00 UTC (17:00:00 JST) to 10:30:00 UTC (19:30:00 JST)",
        "HISTORY (5, newest first)",
        "cancelled T. Morokuma | All-Sky Survey, All-Sky Survey, 5 | ",
        "OperationTimedOut: the mount did not arrive",
        "  focus          still       28.130 mm",
        "  telescope lock released",
        "WEATHER safe; clear, since ",
        "CHIPS of exposure 6 field4_dith2 (finished)\n  archived 2\n  archived   101 102",
        "ALARMS (2 open; 2 violations in all)",
        "serious  MountLate x2 mount is not normal",
        "(16:40:07 JST) ping",
        "  recipes      4 done, 1 cancelled (OperationTimedOut 1), 0 interrupted",
        "  given up     0 (",
        "  archived     DARK 2, FLAT 2, STACK 8; ",
    ):
        assert said in text
    assert "\x1b" not in text


def test_what_the_lock_holds_back_and_the_absence_of_pixels_are_said(data: DataFolder) -> None:
    overview = read_overview(data.projections)
    held = QueuedRecipe(
        recipe_id=recipe_id_of(6),
        observer="A. Mori",
        project="SN",
        comment="M 31",
        priority=1.0,
        queued_us=START,
    )
    lock = LockOverview(locked=True, who="K. Sako", why="in the dome", since_us=START)
    night = msgspec.structs.replace(overview.night, pixels=False)

    text = status_text(msgspec.structs.replace(overview, held_by_lock=held, lock=lock, night=night))

    assert (
        f"  LOCK BLOCKING: A. Mori | SN, M 31 | {recipe_id_of(6)} waits, the telescope is locked by" in text
    )
    assert "locked by K. Sako (in the dome)\n" in text
    assert "  archived     DARK 2, FLAT 2, STACK 8; events only\n" in text


def test_json_is_the_overview(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(data=data.top, json=True) == 0

    told = msgspec.json.decode(capsys.readouterr().out, type=Overview)
    assert told == read_overview(data.projections)


def test_without_a_night_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoNightYet, match=f"run tomoe night --data {tmp_path}"):
        status(data=tmp_path)


def test_where_the_projections_were_deleted_it_says_how_to_build_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    with closing(open_log(folder.log_url)) as log:
        log.append("queue", [Draft(QueuePaused(reason="tea"), START)])
    with pytest.raises(NoNightYet, match=f"run tomoe rebuild --data {tmp_path}"):
        status(data=tmp_path)


def test_a_hostile_comment_stays_on_its_line(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    log = open_log(data.log_url)
    (_, submitted), *_ = Story().submitted(9, 1)
    assert isinstance(submitted, RecipeSubmitted)
    comment = "red\x1b[31m\nHISTORY"
    submitted = msgspec.structs.replace(
        submitted, recipe=msgspec.structs.replace(submitted.recipe, comment=comment)
    )
    log.append(submitted.stream(), [Draft(submitted, START)])
    with Projector(log, data.projections) as projector:
        projector.catch_up()
    log.close()

    status(data=data.top)

    assert "red [31m HISTORY" in capsys.readouterr().out


def test_watching_tells_again_when_something_changed_until_interrupted(data: DataFolder) -> None:
    command = [sys.executable, "-m", "tui.start", "status", "--json", "--watch", "--data", str(data.top)]
    watching = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert watching.stdout is not None
    first = msgspec.json.decode(watching.stdout.readline(), type=Overview)
    log = open_log(data.log_url)
    (_, submitted), *_ = Story().submitted(9, 1)
    log.append(submitted.stream(), [Draft(submitted, START)])
    with Projector(log, data.projections) as projector:
        projector.catch_up()
    log.close()
    second = msgspec.json.decode(watching.stdout.readline(), type=Overview)
    watching.send_signal(signal.SIGINT)
    rest = watching.communicate(timeout=30)

    assert (first.pool_total, second.pool_total) == (1, 2)
    assert rest == (b"", b"tomoe: broken off\n")
    assert watching.returncode == 130

"""Progress in lines; nobody who reads it, or no room for it, is no reason to end a night."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tomoe_es.events import Event, queue, telescope
from tomoe_es.events.envelope import Recorded
from tui.data_folder import DataFolder
from tui.night.progress import ProgressLines

from .conftest import DRIVER, SHORT_NIGHT, read_night

CLEAR = msgspec.structs.replace(SHORT_NIGHT, exposures=4, observing_hours=1.0, chips=1, script="clear")
SAY = "from tui.night.progress import say; say('first'); say('second')"


@pytest.mark.slow
def test_a_night_goes_on_when_its_reader_has_gone(tmp_path: Path) -> None:
    text = msgspec.json.encode(CLEAR, enc_hook=str).decode()
    command = [sys.executable, str(DRIVER), str(tmp_path), text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"planned" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    night = read_night(DataFolder(tmp_path).top, CLEAR)
    assert night.of_type("NightPhaseEntered")[-1].payload.phase == "ended"
    assert night.of_type("ProcessStopped")[-1].payload.reason == "the night has ended"


def test_a_full_disk_silences_the_progress(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", SAY], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (queue.QueuePaused(reason="fog", who="kokubo"), "queue STOPPED after this recipe by kokubo: fog"),
        (
            queue.QueuePaused(reason="", who="kokubo", how="emergency"),
            "queue STOPPED for an emergency by kokubo",
        ),
        (queue.QueueAbortRequested(who="kokubo", why="fog"), "queue ABORTED by kokubo: fog"),
        (queue.QueueStarted(reason="night begins"), "queue started: night begins"),
        (queue.QueueStarted(reason="", who="kokubo"), "queue started by kokubo"),
        (
            telescope.TelescopeLockSet(who="kokubo", why="in the dome"),
            "telescope LOCKED by kokubo: in the dome",
        ),
    ],
)
def test_what_people_do_makes_a_line(event: Event, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = Recorded(
        position=7, stream="", version=1, time=0, correlation=0, cause=0, code=0, actor="", payload=event
    )
    ProgressLines(84).effects()[type(event)](recorded)
    assert capsys.readouterr().out == f"09:00:00 JST  #7       {expected}\n"

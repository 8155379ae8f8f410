"""Who stops, aborts or locks is told when no night is there to act on it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec
import pytest

from adapters.sign_of_life import SUFFIX
from tests.tui.commands.test_queue import NIGHT, folder, record
from tomoe_es.events.system import NightPhaseEntered
from tomoe_es.safety.silence import EXECUTOR, EXECUTOR_SILENT_AFTER_SECONDS, Sign
from tui import silent_night
from tui.commands import lock, queue
from tui.data_folder import DataFolder

__all__ = ["folder"]  # the fixture of a data folder with a night

WARNING = "the night does not answer: use tomoe emergency\n"


FAR = 1 << 40
"""A position beyond every log."""


def sign(folder: DataFolder, pid: int, silent_seconds: float, position: int = 0) -> None:
    folder.run.mkdir(exist_ok=True)
    wall_us = round((time.time() - silent_seconds) * 1e6)
    said = Sign(pid=pid, wall_us=wall_us, night_us=0, position=position)
    (folder.run / f"{EXECUTOR}{SUFFIX}").write_bytes(msgspec.json.encode(said))


def lives(folder: DataFolder) -> None:
    """It has taken in all that is said."""
    sign(folder, os.getpid(), -3600.0, FAR)


def does_not_hear(folder: DataFolder) -> None:
    """As one that was stopped just now: its last sign is new."""
    sign(folder, os.getpid(), -3600.0)


def hangs(folder: DataFolder) -> None:
    sign(folder, os.getpid(), EXECUTOR_SILENT_AFTER_SECONDS + 1)


def is_dead(folder: DataFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    sign(folder, process.pid, 0.0)


def is_gone(folder: DataFolder) -> None:
    """It has left no sign at all."""


COMMANDS: list[Callable[[DataFolder], int]] = [
    lambda folder: queue.stop(data=folder.top),
    lambda folder: queue.abort(data=folder.top),
    lambda folder: lock.set_lock(why="mirror wash", data=folder.top),
]


@pytest.mark.parametrize("command", COMMANDS, ids=["stop", "abort", "lock"])
@pytest.mark.parametrize(
    ("fate", "said"),
    [(lives, ""), (does_not_hear, WARNING), (hangs, WARNING), (is_dead, WARNING), (is_gone, WARNING)],
)
def test_a_night_that_does_not_answer_is_told(
    folder: DataFolder,
    capsys: pytest.CaptureFixture[str],
    command: Callable[[DataFolder], int],
    fate: Callable[[DataFolder], None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(silent_night, "HEARS_WITHIN_SECONDS", 0.2)
    fate(folder)

    assert command(folder) == 0

    assert capsys.readouterr().err == said


def test_by_day_no_night_has_to_answer(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    record(folder, NightPhaseEntered(night=NIGHT, phase="ended", reason="done"))

    assert lock.set_lock(why="mirror wash", data=folder.top) == 0

    assert capsys.readouterr().err == ""

"""Without a terminal a screen is not begun: it would wait for keys that nobody can press."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tomoe_es.control.observatory import plan
from tomoe_es.events.envelope import Draft
from tomoe_es.log.sqlite_log import SqliteLog
from tui.data_folder import DataFolder


@pytest.mark.parametrize("command", [["dashboard"], ["replay", "screen"]])
def test_a_screen_without_a_terminal_is_refused(command: list[str], tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    log, planned = SqliteLog(folder.log), plan()
    log.append(planned.stream(), [Draft(planned, planned.start_up_us)])
    log.close()

    ended = subprocess.run(
        [sys.executable, "-m", "tui.start", *command, "--data", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 2
    assert "tomoe: TerminalMissing" in ended.stderr
    assert "needs a terminal" in ended.stderr
    assert not ended.stdout

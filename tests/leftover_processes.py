"""Ends the processes that a killed night has left behind, so that no test leaves one."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

BESIDE = ("guardian", "telescope")


def end_processes_beside(top: Path) -> None:
    """End the guardians and telescopes of all data folders below `top`, each by its process id."""
    for name in BESIDE:
        for path in top.rglob(f"{name}.alive"):
            with suppress(FileNotFoundError, ValueError):
                _end(int(json.loads(path.read_text())["pid"]), name)


def _end(pid: int, name: str) -> None:
    """End a process, unless its number is another's by now."""
    with suppress(FileNotFoundError, ProcessLookupError):
        if b"tui.start\0" + name.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}/cmdline").read_bytes():  # empty: it is dead, and waits for its parent
            time.sleep(0.01)

"""Tells a person whose word was recorded that nobody may be there to act on it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from adapters.sign_of_life import read_signs
from tomoe_es.clock import SECOND
from tomoe_es.control.state import Control
from tomoe_es.safety.silence import EXECUTOR, EXECUTOR_SILENT_AFTER_SECONDS, Sign
from tui.running_night import runs

HEARS_WITHIN_SECONDS = 3.0
"""Real time in which a night that works has taken a word in, and shown so in its sign of life."""
_LOOK_SECONDS = 0.05


def tell_when_silent(run: Path, state: Control, position: int) -> None:
    """Say on stderr that the night does not answer, though by the log one runs: it is recorded only.

    It answers when its sign of life has reached the position of what was said.
    """
    if not runs(state):
        return
    deadline = time.monotonic() + HEARS_WITHIN_SECONDS
    while (sign := read_signs(run).get(EXECUTOR)) is not None and lives(sign):
        if sign.position >= position or sign.ended:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(_LOOK_SECONDS)
    sys.stderr.write("the night does not answer: use tomoe emergency\n")


def lives(sign: Sign) -> bool:
    """Tell whether a process is there, and has given a sign of life a short while ago."""
    silent = time.time() - sign.wall_us / SECOND
    return is_there(sign.pid) and silent < EXECUTOR_SILENT_AFTER_SECONDS


def is_there(pid: int) -> bool:
    """Tell whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True

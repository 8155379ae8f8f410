"""Tells a person whose word was recorded that nobody may be there to act on it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from adapters.sign_of_life import read_signs
from tomoe_es.clock import SECOND
from tomoe_es.control.state import Control
from tomoe_es.safety.silence import EXECUTOR, EXECUTOR_SILENT_AFTER_SECONDS
from tui.running_night import runs


def tell_when_silent(run: Path, state: Control) -> None:
    """Say on stderr that the night does not answer, though by the log one runs: it is recorded only."""
    if runs(state) and not _night_lives(run):
        sys.stderr.write("the night does not answer: use tomoe emergency\n")


def _night_lives(run: Path) -> bool:
    """Tell whether the night's process is there and has given a sign of life a short while ago."""
    sign = read_signs(run).get(EXECUTOR)
    if sign is None:
        return False
    try:
        os.kill(sign.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's process: it is there
    silent = time.time() - sign.wall_us / SECOND
    return silent < EXECUTOR_SILENT_AFTER_SECONDS

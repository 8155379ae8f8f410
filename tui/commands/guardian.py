"""`tomoe guardian`: the process that watches over the telescope's safety."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path

from adapters.guarding import GuardianLoop
from adapters.sign_of_life import SignOfLife
from adapters.telescope_line.line import SocketLine
from tomoe_es.log import open_log
from tomoe_es.safety.guardian import NAME
from tui.data_folder import data_folder


def guardian(*, data: Path | None = None) -> int:
    """Watch over the telescope's safety; `tomoe night` starts it by itself, and it outlives it.

    It closes and parks when the executor gives no sign of life for 10 s, when the weather is not fit and
    nothing closes, when the power is failing, when the Sun is up, and when a required device does not answer.
    It runs until it is stopped with Ctrl-C or SIGTERM: exit code 0. Exit code 1: no night was ever run here.

    Parameters
    ----------
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with closing(SignOfLife(folder.run, NAME)) as sign:
        loop = GuardianLoop(
            folder.run, lambda: SocketLine(folder.run, NAME), lambda: open_log(folder.log_url), sign
        )
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: loop.stop())
        loop.run()
    return 0

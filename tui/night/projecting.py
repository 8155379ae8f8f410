"""Keeps the projections current while a night runs, in a process of their own."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from adapters.engines.worker_process import deaf_to_interrupts, follow_parent
from adapters.sign_of_life import SignOfLife
from projections.errors import ProjectionUnwritable
from projections.projector import Projector
from tomoe_es.log import open_log
from tui.data_folder import DataFolder
from tui.telling_errors import telling_errors

PROCESS = "projector"
REVIVE_AFTER_SECONDS = 5.0
"""A projector that dies again and again does not take the machine with it."""


class ProjectorProcess:
    """The process that writes the projections. The night goes on without it, and starts it again."""

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._context = multiprocessing.get_context("spawn")
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the projector that runs, or ran last."""
        return self._process.pid or 0

    def revive(self) -> str | None:
        """Start the projector again if it has died; then says how it died."""
        if self._process.is_alive() or time.monotonic() - self._started < REVIVE_AFTER_SECONDS:
            return None
        how = f"it died with exit code {self._process.exitcode}"
        self._process = self._start()
        return how

    def join(self) -> None:
        """Wait until the process is gone."""
        self._process.join()

    def close(self) -> None:
        """Let it take in what is in the log, and end."""
        self._line.close()
        self._process.join()
        if self._process.exitcode != 0:
            with (
                suppress(ProjectionUnwritable),  # whoever reads them next takes in what the log holds
                closing(open_log(self._data.log_url)) as log,
                Projector(log, self._data.projections, mend=True) as last,
            ):
                last.catch_up()

    def _start(self) -> SpawnProcess:
        self._started = time.monotonic()
        theirs, self._line = self._context.Pipe(duplex=False)
        arguments = (self._data.log_url, self._data.projections, self._data.run, theirs)
        process = self._context.Process(target=_project, args=arguments, name="projector")
        with deaf_to_interrupts():
            process.start()
        theirs.close()
        return process


class _LineClosed:
    """Tells the projector to end: set when the other end of the line is closed, however that came about.
    Each look at it is a sign of life.

    A shared event would not do: setting one whose waiter was killed waits for that waiter for ever.
    """

    def __init__(self, line: Connection, sign: SignOfLife) -> None:
        self._line, self._sign = line, sign

    def is_set(self) -> bool:
        return self.wait(0.0)

    def wait(self, timeout: float | None = None) -> bool:
        self._sign.give(0)
        return self._line.poll(timeout)


def _project(log_url: str, folder: Path, run: Path, line: Connection) -> None:
    follow_parent()
    with (
        closing(open_log(log_url)) as log,
        telling_errors(log, PROCESS),
        Projector(log, folder, mend=True) as projector,
        closing(SignOfLife(run, PROCESS)) as sign,
    ):
        projector.follow(_LineClosed(line, sign))

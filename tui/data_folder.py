"""The folder that holds everything of one observatory: log, buffer, archive, projections."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tomoe_es.errors import DataFolderInUse, TomoeError, UsageError

NIGHT_PID = "night.pid"
"""In the data folder: the process of its night, which holds it by a lock on this file."""


class NoDataFolder(TomoeError):
    """There is nothing where the data was said to be."""

    what_to_do = "name the right --data, or begin a night there"


class LogBrokenOff(TomoeError):
    """What should become the log of this folder was never finished: an import or a what-if was broken off."""

    what_to_do = "give the `tomoe replay import` or `whatif` again: it begins anew there"


class DataFolderUnusable(UsageError):
    """The folder named can't hold the data."""

    what_to_do = "name another folder with --data, or make this one writable"


class DataFolder:
    """Paths below the data folder."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.log = top / "log"
        self.part_of_log = top / "log.part"  # a log that is being made; it becomes `log` when it is whole
        self.buffer = top / "buffer"
        self.archive = top / "archive"
        self.projections = top / "projections"
        self.snapshot = self.projections / "control.snapshot"  # states of control after the last night
        self.truth = top / "truth"  # of a simulated night; the reduction never reads it
        self.inbox = top / "inbox"  # the watched folder for recipes
        self.run = top / "run"  # what the running processes know of each other
        self.scratch = top / "scratch"  # star indexes of the observed sky: made anew when missing

    @property
    def log_url(self) -> str:
        """Where the log is, for `open_log`."""
        return f"sqlite:///{self.log}"

    def make(self) -> None:
        """Make what is missing; raises DataFolderUnusable where that can't be done."""
        try:
            for folder in (
                *(self.log, self.buffer, self.archive, self.projections),
                *(self.inbox, self.scratch, self.run),
            ):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.top, error) from error

    def opened(self) -> int:
        """Descriptor of the folder itself, made if it is missing; raises DataFolderUnusable."""
        try:
            self.top.mkdir(parents=True, exist_ok=True)
            return os.open(self.top, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise _unusable(self.top, error) from error

    @property
    def holds_log(self) -> bool:
        """Whether there is a log; a folder made for one is empty."""
        return self.log.exists() and any(self.log.iterdir())

    def require(self) -> None:
        """Raise NoDataFolder when no night was ever run here, DataFolderUnusable where one may not look.

        Raises LogBrokenOff where there is only the part of a log that an import or a what-if was making.
        """
        try:
            is_there = self.log.is_dir()
            if self.part_of_log.is_dir() and not self.holds_log:
                raise LogBrokenOff(
                    f"the log in {self.top} is unfinished: the import or what-if that makes it still runs, "
                    "or was broken off; wait for it, or give it again"
                )
        except PermissionError as error:
            raise _unusable(self.top, error) from error
        if not is_there:
            raise NoDataFolder(
                f"no log in {self.top}: run 'tomoe night --data {self.top}' first, or name another --data"
            )

    def holder(self) -> int | None:
        """Process id of the night that holds the folder, or held it last; None when that is not known."""
        try:
            return int((self.top / NIGHT_PID).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _opened_pid(self) -> TextIO:
        path = self.top / NIGHT_PID
        try:
            return path.open("a+")
        except OSError as error:
            raise _unusable(self.top, error) from error

    @contextmanager
    def held_by_night(self) -> Iterator[None]:
        """Hold the folder for one running night; raises DataFolderInUse when another runs."""
        with self._opened_pid() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise DataFolderInUse(
                    f"a night runs on {self.top} already (process {file.read().strip()}): "
                    f"watch it with 'tomoe dashboard --data {self.top}', or name another --data"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def _unusable(top: Path, error: OSError) -> DataFolderUnusable:
    return DataFolderUnusable(
        f"the data folder {top} can't be used ({error.strerror}): name another with --data"
    )


def data_folder(given: Path | None) -> DataFolder:
    """The folder given, else that of $TOMOE_DATA, else `data` here."""
    return DataFolder((given or Path(os.environ.get("TOMOE_DATA", "data"))).resolve())

"""Where the dashboard gets the night from: the projections' files and the log of a data folder."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

from adapters.sign_of_life import read_signs
from projections.causal_chain import Link, causal_chain
from projections.overview_model import Overview
from tomoe_es.log import open_log
from tomoe_es.safety.silence import EXECUTOR
from tui.dashboard.recipe_operations import RecipeProgress, recipe_progress
from tui.data_folder import DataFolder
from tui.dead_night import read_night
from tui.silent_night import is_there, lives

_NOT_DATA = ("-journal", "-shm", ".lock")


class OverviewSource(Protocol):
    """What the dashboard follows. Its methods run in a background thread and may raise."""

    def written_us(self) -> int:
        """Real time (UTC microseconds) at which the projections were last written; 0: never. Cheap."""

    def read(self) -> Overview:
        """The night as projected so far."""

    def night_lives(self) -> bool:
        """Tell whether a night's process is known to be there. Cheap."""

    def recipe(self, recipe_id: str) -> RecipeProgress:
        """A recipe's operations, from the log."""

    def chain(self, position: int) -> list[Link]:
        """What led to an event, from the log."""


class DataFolderSource:
    """Follows the projections of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = DataFolder(data_dir.resolve())
        self._died = 0

    def written_us(self) -> int:
        """The newest time of change of the projections' files, and of what tells that the night is dead."""
        return max(self._projected_us(), self._died_us())

    def _died_us(self) -> int:
        """When it was first seen that the night's process does not live, or what others did was recorded."""
        sign = read_signs(self._folder.run).get(EXECUTOR)
        if sign is None or lives(sign):
            self._died = 0
            return 0
        self._died = self._died or time.time_ns() // 1000
        return max(self._died, _newest_us(self._folder.log.glob("*.sqlite*")))

    def _projected_us(self) -> int:
        if not self._folder.projections.is_dir():
            return 0
        return _newest_us(self._folder.projections.iterdir())

    def read(self) -> Overview:
        """The night as projected so far, and when its process is dead what others did since.

        Raises NoNightYet before there is one.
        """
        return read_night(self._folder)

    def night_lives(self) -> bool:
        """By its sign of life, also one that is late."""
        sign = read_signs(self._folder.run).get(EXECUTOR)
        return sign is not None and not sign.ended and is_there(sign.pid)

    def recipe(self, recipe_id: str) -> RecipeProgress:
        """Read the recipe's own stream of the log."""
        self._folder.require()
        with closing(open_log(self._folder.log_url)) as log:
            return recipe_progress(log.read_stream(f"recipe/{recipe_id}"))

    def chain(self, position: int) -> list[Link]:
        """Read the event, its evidence and its causes from the log."""
        self._folder.require()
        with closing(open_log(self._folder.log_url)) as log:
            return causal_chain(log, position)


def _newest_us(files: Iterable[Path]) -> int:
    """When files with data were last written; 0: none was. A file may go meanwhile, as that of a WAL does."""
    times = [0]
    for each in files:
        if not each.name.endswith(_NOT_DATA):
            with suppress(FileNotFoundError):
                found = each.stat()
                times.append(found.st_mtime_ns // 1000 if found.st_size else 0)
    return max(times)


class WallClock:
    """Real time, against which the age of the data is told."""

    def now(self) -> int:
        """UTC now, in microseconds since 1970."""
        return time.time_ns() // 1000

"""Where the replay screen gets its night from."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from adapters.code_identity import code_identity
from replay.cache import FileCache
from replay.ladder import StateCache
from replay.night import Identity, ReplayedNight
from replay.opening import opened_night
from tui.data_folder import DataFolder


class NightSource(Protocol):
    """May be opened several times, by a thread each."""

    def open(self) -> AbstractContextManager[tuple[ReplayedNight, Identity]]:
        """The night and what it is; raises TomoeError when there is none."""

    def cache(self, night: ReplayedNight) -> StateCache | None:
        """Keeps states of the panels for the next time; None: nothing is kept."""


class FolderSource:
    """A night of the log of a data folder; the log is only read."""

    def __init__(self, folder: DataFolder, night: str | None) -> None:
        """Without the name of a night it is the last one."""
        self._folder, self._night = folder, night
        self._cache = folder.projections / "replay"

    def open(self) -> AbstractContextManager[tuple[ReplayedNight, Identity]]:
        """Open the log of its own for this thread."""
        return opened_night(self._folder.log, self._night, cache=self._cache)

    def cache(self, night: ReplayedNight) -> StateCache:
        """Files beside the projections, which may be deleted."""
        return FileCache(self._cache, night.log, code_identity().source_sha256[:16], "screen")

"""The background thread: looks whether the projections have changed, reads them, and posts what it read."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Signal

from textual.message import Message

from projections.overview_model import Overview
from tui.dashboard.source import OverviewSource


class OverviewRead(Message):
    """An overview was read."""

    def __init__(self, overview: Overview, written_us: int) -> None:
        super().__init__()
        self.overview, self.written_us = overview, written_us


class ReadingFailed(Message):
    """The overview could not be read; it is tried again."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Follower:
    """Reads the source whenever it has changed, until closing.

    After each change it is read twice: times of files are coarse, and a file that was written just before the
    first reading may have been written again within the same tick.
    """

    def __init__(
        self,
        source: OverviewSource,
        post: Callable[[Message], object],
        closing: Signal,
        every_seconds: float,
    ) -> None:
        self._source, self._post = source, post
        self._closing, self._every_seconds = closing, every_seconds
        self._read_of = -1
        self._read_again = False

    def run(self) -> None:
        """The thread's body."""
        while not self._closing.is_set():
            self._look()
            self._closing.wait(self._every_seconds)

    def _look(self) -> None:
        try:
            written_us = self._source.written_us()
            changed = written_us != self._read_of
            if not changed and not self._read_again:
                return
            overview = self._source.read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must stay and say so
            self._read_of = -1
            self._post(ReadingFailed(error))
            return
        self._read_of, self._read_again = written_us, changed
        self._post(OverviewRead(overview, written_us))

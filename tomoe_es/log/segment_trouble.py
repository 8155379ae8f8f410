"""What it means when SQLite or the operating system can't read the file of a segment."""

from __future__ import annotations

import os
from pathlib import Path

import apsw

from tomoe_es.errors import LogCorrupt, LogUnavailable
from tomoe_es.log.segment_names import SegmentName

DAMAGE = (apsw.NotADBError, apsw.CorruptError, apsw.SQLError)
"""The file is no database, no sound one, or not one with a segment's tables, such as an empty file."""


class NamedReading:
    """Turns errors of the operating system, while a path is read, into LogUnavailable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise unreadable(self._path, error) from error


class NamedTrouble:
    """Names errors while a segment is read.

    LogCorrupt at a position where its file is damaged or gone, LogUnavailable where it is there and can't be
    read: that says nothing of what it holds.
    """

    def __init__(self, folder: Path, segment: SegmentName, position: int) -> None:
        self._path, self._night, self._position = segment.live_path(folder), segment.night, position

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (apsw.Error, OSError)):
            raise self._named(error) from error

    def _named(self, error: Exception) -> Exception:
        if isinstance(error, DAMAGE):
            return damaged(self._night, self._position, error)
        if isinstance(error, apsw.CantOpenError) and not self._path.exists():
            return LogCorrupt(self._position, f"the file of its night, {self._night}, is missing")
        return unreadable(self._path, error)


def damaged(night: str, position: int, error: Exception) -> LogCorrupt:
    """The named condition for a live file that is not as SQLite wrote it."""
    return LogCorrupt(position, f"the file of its night, {night}, is damaged ({error})")


def unreadable(path: Path, error: Exception) -> LogUnavailable:
    """The named condition for what is there and can't be read."""
    path = Path(getattr(error, "filename", None) or path)
    remedy = "look whether its disk is there and sound, then try again"
    is_folder = os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises where it may not look
    if not os.access(path, os.R_OK | (os.X_OK if is_folder else 0)):
        remedy = "this user may not read it: read it as who may, or let its owner give you the right to"
    return LogUnavailable(f"'{path}' can't be read ({error}); it is not known to be damaged: {remedy}")

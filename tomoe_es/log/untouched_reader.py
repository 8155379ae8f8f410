"""Reads a live segment without changing a byte beside it, also where nothing may be written.

SQLite leaves files beside a database in WAL mode even when it only reads. So a segment without a WAL is
opened as one that nobody changes, one with a WAL read-only together with whoever writes it, its `-shm` too
(without `readonly_shm` SQLite makes that anew after a killed writer), and where SQLite can't do that, since
there is no `-shm`, a copy of it and its WAL is read.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import apsw

from tomoe_es.errors import LogUnavailable
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.live_segment import wait_for_turn
from tomoe_es.log.segment_names import SegmentName

_TRIES = 20

Stamp = tuple[tuple[int, int, int], ...]
"""File number, size and time of change of a segment's file and of its WAL."""


def may_be_written(path: Path) -> bool:
    """Whether this user may write a segment as SQLite does: its file, and what is or comes beside it."""
    beside = (each for each in (_wal(path), path.with_name(f"{path.name}-shm")) if each.exists())
    return all(os.access(each, os.W_OK) for each in (path.parent, path, *beside))


class UntouchedReader(LiveReader):
    """A live segment whose files stay as they are.

    The process that reads it so must not open it to write meanwhile: SQLite shares the `-shm`, opened to be
    read only, among all connections of a process, and would refuse the writing.
    """

    def __init__(self, folder: Path, name: SegmentName) -> None:
        super().__init__(folder, name)
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._opened: Stamp | None = None  # of what is only right as long as nobody writes

    def close(self) -> None:
        """Give back connections and copy."""
        super().close()
        self._opened = None
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def rows(self, query: str, *bindings: object) -> list[tuple[object, ...]]:
        """Result of one query, of one moment: asked again when somebody wrote meanwhile."""
        for _ in range(_TRIES):
            before = _stamp(self._path)
            if self._opened not in (None, before):
                self.close()
            try:
                found: list[tuple[object, ...]] = super().rows(query, *bindings)
            except apsw.ReadOnlyError:
                if self._opened is not None:
                    raise
                self.close()  # the writer died while it wrote the `-shm`: opened anew, SQLite does without
            except apsw.Error:
                if self._opened is None or _stamp(self._path) == before:
                    raise
            else:
                if self._opened is None or _stamp(self._path) == before:
                    return found
        raise _never_still(self._path)

    def _connect(self) -> apsw.Connection:
        stamp = _stamp(self._path)
        if not _has_wal(self._path):
            connection = _connected(self._path, "immutable=1")
        else:
            try:
                return _connected(self._path, "mode=ro&readonly_shm=1")
            except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError):
                if not self._path.exists():
                    raise
            if self._copy is None:
                self._copy, stamp = _copied(self._path)
            connection = _connected(Path(self._copy.name) / self._path.name, "mode=rw")
        self._opened = stamp
        return connection


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _has_wal(path: Path) -> bool:
    try:
        return _wal(path).stat().st_size > 0
    except FileNotFoundError:
        return False


def _stamp(path: Path) -> Stamp:
    found = []
    for each in (path, _wal(path)):
        try:
            status = each.stat()
        except FileNotFoundError:
            continue
        found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _copied(path: Path) -> tuple[tempfile.TemporaryDirectory[str], Stamp]:
    """A copy of the file and its WAL as they were at one moment, and their stamp at it."""
    for _ in range(_TRIES):
        stamp = _stamp(path)
        folder = tempfile.TemporaryDirectory(prefix="tomoe-log-")
        try:
            for each in (path, _wal(path)):
                if each.exists():
                    shutil.copyfile(each, Path(folder.name) / each.name)
        except BaseException:
            folder.cleanup()
            raise
        if _stamp(path) == stamp:
            return folder, stamp
        folder.cleanup()
    raise _never_still(path)


def _never_still(path: Path) -> LogUnavailable:
    return LogUnavailable(
        f"'{path}' is written to all the time, so no moment of it could be read from here: try again, "
        "or read it as a user who may write to its folder"
    )


def _connected(path: Path, how: str) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOMUTEX
    flags |= apsw.SQLITE_OPEN_READWRITE if how == "mode=rw" else apsw.SQLITE_OPEN_READONLY
    connection = apsw.Connection(f"{path.resolve().as_uri()}?{how}", flags=flags)
    try:
        connection.set_busy_handler(wait_for_turn)
        connection.execute("PRAGMA cache_size=-16000").fetchall()
        connection.execute("SELECT 1 FROM segment").fetchall()
    except apsw.Error:
        connection.close()
        raise
    return connection

"""A log that is only read: not one byte in its folder changes, also where nothing may be written.

SQLite leaves files beside a database in WAL mode even when it only reads. So a segment without a WAL is
opened as one that nobody changes, one with a WAL read-only, and where SQLite can't do that, since the folder
may not be written to, a copy in a temporary folder is read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

import apsw

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.following import LocalWakeUp, PositionSubscription
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.live_segment import wait_for_turn
from tomoe_es.log.nights_reader import NightsReader, SegmentReader
from tomoe_es.log.refusing import RefusesAppends
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName


class ReadOnlyLog(RefusesAppends):
    """An EventLog that refuses every append."""

    def __init__(self, folder: Path) -> None:
        """Open the log in a folder; LogUnavailable when there is none."""
        super().__init__(f"the log in '{folder}' was opened to be read only: nothing was appended")
        self.folder = folder
        if not folder.is_dir():
            raise LogUnavailable(f"there is no log in '{folder}': name the data folder of a night")
        self._reader = NightsReader(folder, _open_untouched, uses_index=False)

    def read(
        self, after: int = 0, until: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """Events with `after` < position <= `until`; without `until`, up to the head at the first step."""
        return chain.from_iterable(self._reader.chunks(after, until, types))

    def read_stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Events of one stream with version > `after`, in order of version."""
        return chain.from_iterable(self._reader.stream_chunks(stream, after))

    def subscribe(self, after: int) -> PositionSubscription:
        """Follow the log from a position on."""
        return PositionSubscription(self, after, LocalWakeUp())

    def head(self) -> int:
        """Position of the last event; 0 when the log is empty."""
        return self._reader.head()

    def close(self) -> None:
        """Close the files."""
        self._reader.close()


class _UntouchedReader(LiveReader):
    """A live segment whose files stay as they are."""

    def __init__(self, folder: Path, name: SegmentName) -> None:
        super().__init__(folder, name)
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._is_immutable = False

    def close(self) -> None:
        """Give back connections and copy."""
        super().close()
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def rows(self, query: str, *bindings: object) -> list[tuple[object, ...]]:
        """Result of one query; once somebody appends, no longer of the file alone."""
        if self._is_immutable and _has_wal(self._path):
            super().close()
        found: list[tuple[object, ...]] = super().rows(query, *bindings)
        return found

    def _connect(self) -> apsw.Connection:
        self._is_immutable = self._copy is None and not _has_wal(self._path)
        if self._is_immutable:
            return _connect(self._path, "immutable=1")
        if self._copy is None:
            try:
                return _connect(self._path, "mode=ro")
            except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError):
                if not self._path.exists():
                    raise
                self._copy = _copied(self._path)
        return _connect(Path(self._copy.name) / self._path.name, "mode=rw")


def _open_untouched(folder: Path, name: SegmentName) -> SegmentReader:
    return SealedReader(folder, name) if name.sealed_path(folder).exists() else _UntouchedReader(folder, name)


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    try:
        return wal.stat().st_size > 0
    except FileNotFoundError:
        return False


def _copied(path: Path) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="tomoe-replay-")
    for each in (path, path.with_name(path.name + "-wal")):
        if each.exists():
            shutil.copyfile(each, Path(folder.name) / each.name)
    return folder


def _connect(path: Path, how: str) -> apsw.Connection:
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

"""Which streams and commands are in the nights that are over: `index.sqlite`, made of the segments.

It can be deleted: the next append makes it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import apsw
import msgspec

from tomoe_es.log.live_segment import sync_path, wait_for_turn
from tomoe_es.log.port import Appended

INDEX_FILE = "index.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream(
    name TEXT, segment INTEGER, last_version INTEGER NOT NULL,
    PRIMARY KEY(name, segment)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS command(
    id TEXT PRIMARY KEY, first_position INTEGER NOT NULL, last_position INTEGER NOT NULL,
    first_version INTEGER NOT NULL, last_version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segment(number INTEGER PRIMARY KEY) STRICT;
"""


class Summary(msgspec.Struct, frozen=True):
    """What the index keeps of one segment."""

    streams: list[tuple[str, int]]  # name, last version
    commands: list[tuple[str, int, int, int, int]]  # id, and the fields of its Appended


class NightsIndex:
    """Streams and commands of closed segments, each segment known by its number."""

    def __init__(self, folder: Path) -> None:
        path = folder / INDEX_FILE
        is_new = not path.exists()
        self._connection = apsw.Connection(str(path))
        self._connection.set_busy_handler(wait_for_turn)
        self._connection.execute("PRAGMA journal_mode=WAL").fetchall()
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(_SCHEMA)
        if is_new:
            sync_path(folder)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def missing(self, segments: Iterable[int]) -> list[int]:
        """Those of the segments that are not in the index."""
        known = {row[0] for row in self._connection.execute("SELECT number FROM segment")}
        return [number for number in segments if number not in known]

    def add(self, segment: int, summary: Summary) -> None:
        """Take a closed segment in, whole; does nothing when it is there."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO stream VALUES(?, ?, ?)",
                ((name, segment, version) for name, version in summary.streams),
            )
            self._connection.executemany(
                "INSERT OR IGNORE INTO command VALUES(?, ?, ?, ?, ?)", summary.commands
            )
            self._connection.execute("INSERT OR IGNORE INTO segment VALUES(?)", (segment,))

    def last_version(self, stream: str) -> int:
        """Version of the stream at the end of the closed nights; 0 when it is in none."""
        row = self._connection.execute(
            "SELECT last_version FROM stream WHERE name=? ORDER BY segment DESC LIMIT 1", (stream,)
        ).fetchone()
        return int(row[0]) if row else 0

    def segments_of(self, stream: str, after_version: int) -> list[int]:
        """Numbers of the closed segments that hold versions of the stream > `after_version`."""
        rows = self._connection.execute(
            "SELECT segment FROM stream WHERE name=? AND last_version>? ORDER BY segment",
            (stream, after_version),
        )
        return [row[0] for row in rows]

    def answer(self, command_id: str) -> Appended | None:
        """The first answer to a command that was given in a closed night."""
        row = self._connection.execute(
            "SELECT first_position, last_position, first_version, last_version FROM command WHERE id=?",
            (command_id,),
        ).fetchone()
        return Appended(*row) if row else None

"""The SQLite file of a night that is still appended to: its tables, and the one connection that writes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import apsw

from tomoe_es.errors import LogUnavailable
from tomoe_es.log.segment_names import SegmentName

SCHEMA = """
CREATE TABLE segment(first_position INTEGER NOT NULL, night TEXT NOT NULL) STRICT;
CREATE TABLE closed(last_position INTEGER NOT NULL, next_night TEXT NOT NULL) STRICT;
CREATE TABLE stream(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, base_version INTEGER NOT NULL) STRICT;
CREATE TABLE type(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE actor(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE event(
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL, type INTEGER NOT NULL,
    time INTEGER NOT NULL, correlation INTEGER NOT NULL, cause INTEGER NOT NULL, code INTEGER NOT NULL,
    actor INTEGER NOT NULL, payload BLOB NOT NULL,
    UNIQUE(stream, version)) STRICT;
CREATE TRIGGER event_refuses_gaps BEFORE INSERT ON event
    WHEN NEW.position <> 1 + coalesce((SELECT max(position) FROM event),
                                      (SELECT first_position - 1 FROM segment))
    OR NEW.version <> 1 + coalesce((SELECT max(version) FROM event WHERE stream=NEW.stream),
                                   (SELECT base_version FROM stream WHERE id=NEW.stream))
BEGIN SELECT RAISE(ABORT, 'the log is append-only: event refuses gaps and repetitions'); END;
CREATE TABLE command(
    id TEXT PRIMARY KEY, first_position INTEGER NOT NULL, last_position INTEGER NOT NULL,
    first_version INTEGER NOT NULL, last_version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
""" + "".join(
    f"CREATE TRIGGER {table}_refuses_{action} BEFORE {action} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the log is append-only: {table} refuses {action}'); END;\n"
    for table in ("segment", "closed", "stream", "type", "actor", "event", "command")
    for action in ("UPDATE", "DELETE")
)
SCHEMA += "".join(
    f"CREATE TRIGGER {table}_refuses_replacement BEFORE INSERT ON {table} WHEN EXISTS({same}) "
    f"BEGIN SELECT RAISE(ABORT, 'the log is append-only: {table} refuses replacement'); END;\n"
    for table, same in {
        "segment": "SELECT 1 FROM segment",
        "closed": "SELECT 1 FROM closed",
        "stream": "SELECT 1 FROM stream WHERE id=NEW.id OR name=NEW.name",
        "type": "SELECT 1 FROM type WHERE id=NEW.id OR name=NEW.name",
        "actor": "SELECT 1 FROM actor WHERE id=NEW.id OR name=NEW.name",
        "command": "SELECT 1 FROM command WHERE id=NEW.id",
    }.items()
)
SCHEMA += """
CREATE TRIGGER closed_refuses_another_end BEFORE INSERT ON closed
    WHEN NEW.last_position IS NOT coalesce((SELECT max(position) FROM event),
                                           (SELECT first_position - 1 FROM segment))
    OR NEW.next_night IS NOT date(NEW.next_night)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: closed refuses an end that is not the last event'); END;
"""
"""`base_version`: the stream's version at the end of the night before; 0 for a new stream.
`closed`: one row once the night is over, after which the next segment takes the appends."""

CLOSED_SCHEMA = """
CREATE TRIGGER event_refuses_a_closed_night BEFORE INSERT ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: event refuses a closed night'); END;
"""
CLOSE = "INSERT INTO closed VALUES(?, ?);" + CLOSED_SCHEMA
"""Ends a night. A trigger that is always there, and looks whether it is closed, takes 0.5 us an event."""

EVENT_COLUMNS = "position, stream, version, type, time, correlation, cause, code, actor, payload"

_RETRY_SECONDS = 0.0005
_GIVE_UP_SECONDS = 30.0


def create(folder: Path, name: SegmentName) -> None:
    """Make the file of a new night; does nothing when another process just made it."""
    path = name.live_path(folder)
    draft = folder / f".{path.name}.{os.getpid()}.{threading.get_ident()}"
    try:
        _write_schema(draft, name)
        sync_path(draft)
        os.link(draft, path)  # unlike a rename, never replaces a file that holds events already
    except FileExistsError:
        pass
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    sync_path(folder)


def _write_schema(draft: Path, name: SegmentName) -> None:
    """Not yet in WAL mode: closing would swallow an error of bringing the WAL into the file."""
    connection = apsw.Connection(str(draft))
    try:
        with Transaction(connection):
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO segment VALUES(?, ?)", (name.first_position, name.night))
        if connection.execute("PRAGMA journal_mode=WAL").get != "wal":
            raise LogUnavailable(f"the file '{draft}' can't be shared: is it on a network disk?")
    finally:
        connection.close()


def connect(path: Path, for_one_thread: bool = False) -> apsw.Connection:
    """Open an existing segment so that a commit that returns is on the disk.

    Waiting for another process's transaction is retried at an even pace: SQLite's own growing pauses
    let a writer starve for seconds. `for_one_thread` at a time SQLite needs no locks of its own, which are a
    third of the time of a read.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_NOMUTEX if for_one_thread else 0)
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_handler(wait_for_turn)
    connection.execute(
        "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-16000"
    ).fetchall()
    return connection


class Transaction:
    """Holds the one right to write; on the disk when it ends, undone when it raises."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._execute = connection.cursor().execute  # the same cursor again: making one takes a microsecond

    def __enter__(self) -> None:
        """Wait for the right to write."""
        self._execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Commit, or undo."""
        try:
            if error is None:
                self._execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")


def wait_for_turn(tries: int) -> bool:
    """Busy handler: pause at an even pace; False, to give up, after half a minute."""
    if tries * _RETRY_SECONDS > _GIVE_UP_SECONDS:
        return False
    time.sleep(_RETRY_SECONDS)
    return True


def sync_path(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Named:
    """Turns errors of SQLite and of the operating system, while something is written, into LogUnavailable."""

    def __init__(self, doing: str, folder: Path) -> None:
        self._doing, self._folder = doing, folder

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (apsw.Error, OSError)):
            raise unavailable(self._doing, self._folder, error) from error


def unavailable(doing: str, folder: Path, error: Exception) -> LogUnavailable:
    """The named condition for what the operating system or SQLite reported while something was written."""
    remedy = "see that the disk has room and is writable"
    if folder.exists() and not os.access(folder, os.W_OK):
        remedy = "this user may not write there, or it is mounted read-only: do it where and as who may write"
    return LogUnavailable(
        f"{doing} the log in '{folder}' failed: {error}; nothing was appended: {remedy}, then try again"
    )

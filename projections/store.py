"""A projection's own SQLite file: state, rows and the log position they reached, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from projections.errors import (
    NoNightYet,
    ProjectionBusy,
    ProjectionDamaged,
    ProjectionOutdated,
    ProjectionUnwritable,
)
from projections.projection import Projection, Row

if TYPE_CHECKING:
    import sqlite_utils

BUSY_SECONDS = 10.0
_PROGRESS = "CREATE TABLE projection (version TEXT, position INTEGER, time_us INTEGER, state BLOB) STRICT"


class Snapshot(msgspec.Struct, frozen=True):
    """A projection's state as it was after one position of the log."""

    state: Any
    position: int
    time_us: int  # of the event at that position; 0 before the first


class ProjectionWriter:
    """The one writing connection of a projection's file.

    A file that is new, unfinished or of another version of the code starts again from the log's beginning.
    """

    def __init__(self, folder: Path, projection: Projection) -> None:
        self.path = folder / projection.file_name
        self.projection = projection
        # The Projector is made in one thread and runs in another, never in both at once.
        self._connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
        self._inserts: dict[str, str] = {}
        with self._naming_failures():
            self._connection.execute("PRAGMA synchronous = NORMAL")
            if _version(self._connection) != projection.version:
                self._start_again()
            self._inserts = _insert_statements(self._connection)

    @contextmanager
    def _naming_failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ProjectionBusy(self.path) from error
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                raise ProjectionUnwritable(self.path) from error
            raise
        except sqlite3.DatabaseError as error:
            raise ProjectionDamaged(self.path, str(error)) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _start_again(self) -> None:
        with self._transaction():
            objects = self._connection.execute(
                "SELECT type, name FROM sqlite_schema"
                " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            for kind, name in objects:
                self._connection.execute(f'DROP {kind} "{name}"')
            self._connection.execute(_PROGRESS)
            if self.projection.create_tables is not None:
                self.projection.create_tables(_as_database(self._connection))
            first = (self.projection.version, 0, 0, msgspec.json.encode(self.projection.state()))
            self._connection.execute("INSERT INTO projection VALUES (?, ?, ?, ?)", first)

    def reset(self) -> None:
        """Forget everything, as if the file had been deleted; readers see the old content until then."""
        with self._naming_failures():
            self._start_again()

    def load(self) -> Snapshot:
        """What was last saved."""
        return _load(self._connection, self.path, self.projection)

    def save(self, state: msgspec.Struct, rows: list[Row], position: int, time_us: int) -> None:
        """Bring state, rows and position to the file, all or none.

        Raises ProjectionBusy when it is locked, ProjectionUnwritable when the disk is full.
        """
        by_table: dict[str, list[tuple[Any, ...]]] = {}
        for table, values in rows:
            by_table.setdefault(table, []).append(values)
        with self._naming_failures(), self._transaction():
            for table, values_of_table in by_table.items():
                self._connection.executemany(self._inserts[table], values_of_table)
            self._connection.execute(
                "UPDATE projection SET position = ?, time_us = ?, state = ?",
                (position, time_us, msgspec.json.encode(state)),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class ProjectionReader:
    """Reads a projection's file while another process writes it; sees whole transactions only.

    Raises NoNightYet when there is no file, ProjectionOutdated when other code made it.
    """

    def __init__(self, folder: Path, projection: Projection) -> None:
        self.path = folder / projection.file_name
        self.projection = projection
        if not self.path.exists():
            raise NoNightYet(folder)
        self.connection = _connect_to_read(self.path)
        try:
            if _version(self.connection) != projection.version:
                raise ProjectionOutdated(self.path)
        except BaseException:
            self.connection.close()
            raise

    def load(self) -> Snapshot:
        """The state as last saved."""
        return _load(self.connection, self.path, self.projection)

    def database(self) -> sqlite_utils.Database:
        """The file as sqlite-utils offers it, for queries over rows."""
        return _as_database(self.connection)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Everything read within is of the same transaction of the writer."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def copy_to(self, path: Path) -> None:
        """Write the file as it is at this moment to another place."""
        copy = sqlite3.connect(path)
        try:
            self.connection.backup(copy)
        finally:
            copy.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def __enter__(self) -> ProjectionReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Connect without the right to change anything.

    `mode=rw` where the file allows it: only so SQLite can roll back what a killed writer left half done.
    """
    for mode in ("rw", "ro"):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if mode == "ro":
                raise
        except sqlite3.DatabaseError as error:
            connection.close()
            raise ProjectionDamaged(path, str(error)) from error
        else:
            return connection
    raise AssertionError("the loop returns or raises")


def _version(connection: sqlite3.Connection) -> str | None:
    """Version of the code that made the file; None for an empty one."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'projection'").fetchone():
        return None
    row = connection.execute("SELECT version FROM projection").fetchone()
    return str(row[0]) if row else None


def _load(connection: sqlite3.Connection, path: Path, projection: Projection) -> Snapshot:
    row = connection.execute("SELECT position, time_us, state FROM projection").fetchone()
    try:
        return Snapshot(msgspec.json.decode(row[2], type=projection.state), row[0], row[1])
    except msgspec.MsgspecError as error:
        raise ProjectionDamaged(path, str(error)) from error


def _insert_statements(connection: sqlite3.Connection) -> dict[str, str]:
    """For each table the statement that adds a row; of two rows of one key the first stays."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    statements = {}
    for (table,) in tables:
        columns = len(connection.execute(f'PRAGMA table_info("{table}")').fetchall())
        statements[table] = f'INSERT OR IGNORE INTO "{table}" VALUES ({", ".join("?" * columns)})'
    return statements


def _as_database(connection: sqlite3.Connection) -> sqlite_utils.Database:
    """As sqlite-utils offers it."""
    from sqlite_utils import Database  # takes 0.2 s to load, and most only read a state

    return Database(connection)

"""The append-only log of events, which is the only truth of the observatory."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.errors import LogUnavailable
from tomoe_es.log.port import Appended, Batch, EventLog, Subscription
from tomoe_es.log.sqlite_log import SqliteLog

__all__ = ["Appended", "Batch", "EventLog", "Subscription", "open_log"]

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql://"


def open_log(url: str) -> EventLog:
    """Open the log at `sqlite:///DIR` or `postgresql://USER@HOST/DATABASE`.

    An absolute DIR has its own slash besides (`sqlite:////var/log`). `?search_path=NAME` after the name of a
    PostgreSQL database chooses the schema that holds the log's tables.
    Raises LogUnavailable when the address is of another form or the log can't be opened.
    """
    if url.startswith(_POSTGRESQL):
        from tomoe_es.log.postgres_log import (
            PostgresLog,
        )  # loading the driver takes longer than opening SQLite

        return PostgresLog(url)
    folder = url.removeprefix(_SQLITE)
    if folder == url or not folder:
        raise LogUnavailable(
            f"'{url}' is no address of a log: give sqlite:///DIR or postgresql://USER@HOST/DATABASE"
        )
    return SqliteLog(Path(folder))

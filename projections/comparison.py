"""Compares a projection as it is with the same one built again from the log."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec

from projections.catalogue import PROJECTIONS, projections_named
from projections.errors import ProjectionError
from projections.projection import Projection
from projections.projector import Projector
from projections.store import ProjectionReader
from tomoe_es.log.port import EventLog


class Difference(msgspec.Struct, frozen=True):
    """Where a projection is not what the log says."""

    projection: str
    where: str
    live: str
    rebuilt: str


def check(log: EventLog, folder: Path, names: Collection[str] = ()) -> list[Difference]:
    """Build projections anew in a temporary folder, up to where the live ones are; say where they differ.

    The live ones may go on meanwhile: they are compared as they were at the beginning.
    """
    found: list[Difference] = []
    with tempfile.TemporaryDirectory() as temporary:
        before, anew = Path(temporary) / "before", Path(temporary) / "anew"
        before.mkdir()
        reached: dict[int, list[Projection]] = {}
        for projection in projections_named(names) if names else PROJECTIONS:
            try:
                with ProjectionReader(folder, projection) as live:
                    live.copy_to(before / projection.file_name)
                with ProjectionReader(before, projection) as copy:
                    reached.setdefault(copy.load().position, []).append(projection)
            except ProjectionError as error:
                found.append(Difference(projection.name, "file", str(error), ""))
        for position, projections in reached.items():
            with Projector(log, anew, [each.name for each in projections]) as projector:
                projector.catch_up(limit=position)
            for projection in projections:
                found += _differences(projection, before, anew)
    return found


def _differences(projection: Projection, before: Path, anew: Path) -> Iterator[Difference]:
    with ProjectionReader(before, projection) as live, ProjectionReader(anew, projection) as rebuilt:
        yield from _compare(projection.name, live.connection, rebuilt.connection)


def _compare(name: str, live: sqlite3.Connection, rebuilt: sqlite3.Connection) -> Iterator[Difference]:
    live_tables, rebuilt_tables = _tables(live), _tables(rebuilt)
    if live_tables != rebuilt_tables:
        yield Difference(name, "tables", ", ".join(live_tables), ", ".join(rebuilt_tables))
        return
    for table in live_tables:
        select = f'SELECT * FROM "{table}" ORDER BY 1'
        for before, after in zip_longest(live.execute(select), rebuilt.execute(select)):
            if before != after:
                yield Difference(name, table, _shown(before), _shown(after))
                break


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return [row[0] for row in rows]


def _shown(row: tuple[Any, ...] | None) -> str:
    if row is None:
        return "no such row"
    text = ", ".join(value.decode() if isinstance(value, bytes) else repr(value) for value in row)
    return text if len(text) <= 400 else f"{text[:400]}..."

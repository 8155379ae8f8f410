"""What a projection consists of: its first state, how each event type changes it, the rows it writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tomoe_es.events import Event

if TYPE_CHECKING:
    import sqlite_utils

Row = tuple[str, tuple[Any, ...]]
"""A table's name and a value for each of its columns."""

Evolve = Callable[[Any, Any, Any], Iterable[Row] | None]
"""(state, event, its envelope): changes the state given, and returns the rows that are now known."""


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """A read model. What is small and changes is its state; what is known once and for all is rows."""

    name: str
    state: type[msgspec.Struct]  # called without arguments it is the initial state; stored as JSON
    evolve: Mapping[type[Event], Evolve]
    create_tables: Callable[[sqlite_utils.Database], None] | None = None
    sources: tuple[str, ...]  # files of code that decide what comes out

    @property
    def file_name(self) -> str:
        """Name of the projection's own file."""
        return f"{self.name}.sqlite"

    @property
    def version(self) -> str:
        """Digest of the projection's code: a file made by another version is built again."""
        return _digest(self.sources)


@cache
def _digest(sources: tuple[str, ...]) -> str:
    """Over the files as they are at first use, which is when they were imported."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()

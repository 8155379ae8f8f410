"""The stores that every contract suite is run against."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import apsw
import pytest

import tomoe_es
from tomoe_es.log import EventLog, open_log

WORKER = Path(__file__).with_name("event_log_worker.py")


class Store(Protocol):
    """A log's store, and a way behind its back."""

    url: str

    def execute(self, statement: str, bindings: tuple[object, ...] = ()) -> None:
        """Run SQL in the database itself, as somebody who goes around the log."""


class SqliteStore:
    """A folder with the embedded log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}"

    def execute(self, statement: str, bindings: tuple[object, ...] = ()) -> None:
        (path,) = self.folder.glob("0*.sqlite")
        with apsw.Connection(str(path)) as connection:
            connection.execute(statement, bindings).fetchall()
        connection.close()


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    return SqliteStore(tmp_path / "log")


@pytest.fixture
def log(store: Store) -> Iterator[EventLog]:
    """The store's log, open."""
    opened = open_log(store.url)
    yield opened
    opened.close()


@pytest.fixture
def start_worker(store: Store) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts event_log_worker.py in a process of its own; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        top = str(Path(tomoe_es.__file__).parent.parent)
        process = subprocess.Popen(
            [sys.executable, str(WORKER), store.url, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": top},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()

"""The stores and the job engines that the contract suites are run against."""

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
from tests.contracts.engine_sites import Dask, Here, Site
from tests.contracts.postgres_server import PostgresServer
from tomoe_es.log import EventLog, open_log

WORKER = Path(__file__).with_name("event_log_worker.py")


class Store(Protocol):
    """A log's store, and a way behind its back."""

    url: str

    def execute(self, statement: str) -> None:
        """Run SQL in the database itself, as somebody who goes around the log."""

    def bytes_literal(self, text: str) -> str:
        """How its SQL writes the UTF-8 bytes of a text."""


class SqliteStore:
    """A folder with the embedded log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}"

    def execute(self, statement: str) -> None:
        (path,) = self.folder.glob("0*.sqlite")
        with apsw.Connection(str(path)) as connection:
            connection.execute(statement).fetchall()
        connection.close()

    def bytes_literal(self, text: str) -> str:
        return f"CAST('{text}' AS BLOB)"


class PostgresStore:
    """A schema of a PostgreSQL database; SQL is run as the superuser."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._schema = server.new_schema()
        self.url = server.address(self._schema)

    def execute(self, statement: str) -> None:
        self._server.execute(statement, self._schema)

    def bytes_literal(self, text: str) -> str:
        return f"convert_to('{text}', 'UTF8')"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL."""
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store."""
    return str(request.param)


@pytest.fixture
def make_store(
    store_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Store]:
    """Makes another empty store of the kind at each call."""
    if store_kind == "sqlite":
        return lambda: SqliteStore(tmp_path_factory.mktemp("log"))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return lambda: PostgresStore(server)


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """An empty store of each kind."""
    return make_store()


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


@pytest.fixture(scope="session", params=["process pool", "dask"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Where a job engine runs; one that stands for all suites, since it takes its time to start."""
    site: Site = Here() if request.param == "process pool" else Dask(tmp_path_factory.mktemp("dask"))
    yield site
    site.end()

"""A PostgreSQL server of the tests' own, on the loopback interface, that ends with them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg

_ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package makes this account
_INSTALL = (
    "PostgreSQL is missing; as root: apt-get update && apt-get install --no-install-recommends postgresql"
)


class PostgresServer:
    """Started at once; `stop`, or the end of the process that started it, ends it."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="tomoe-postgresql-"))
        self._as_account = ["setpriv", "--pdeathsig", "SIGINT"]
        if os.geteuid() == 0:
            shutil.chown(self.folder, _ACCOUNT, _ACCOUNT)
            self._as_account += [f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--clear-groups"]
        self._data = self.folder / "data"
        self._numbers = count(1)
        self.port = _free_port()
        self._log = self.folder / "log"
        self._initialize()
        self.start()

    def address(self, schema: str = "public") -> str:
        """Address of the log in a schema of the server's one database."""
        return f"postgresql://{_ACCOUNT}@127.0.0.1:{self.port}/postgres?search_path={schema}"

    def new_schema(self) -> str:
        """Name of another schema without tables."""
        name = f"log{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        return name

    def connect(self, schema: str = "public") -> psycopg.Connection:
        """A connection that goes around the log."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_ACCOUNT,
            dbname="postgres",
            options=f"-c search_path={schema}",
            autocommit=True,
        )

    def execute(self, statement: str, schema: str = "public") -> list[tuple[object, ...]]:
        """Run SQL on a connection of its own; its rows, where it gives any."""
        with self.connect(schema) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self, *settings: str) -> None:
        """Start it and wait until it answers; `settings` as `name=value`."""
        options = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.folder}",
        )
        arguments = [part for setting in (*options, *settings) for part in ("-c", setting)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_account, _program("postgres"), "-D", str(self._data), *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}")

    def kill(self) -> None:
        """End the server and all its processes by SIGKILL."""
        children = self._children()
        self._process.kill()
        for child in children:
            with suppress(ProcessLookupError):  # it saw that the server is gone
                os.kill(child, signal.SIGKILL)
        self._process.wait()
        while any(_runs(child) for child in children):
            os.sched_yield()

    def freeze(self, is_frozen: bool) -> None:
        """Let it hold still, connections open, or go on."""
        for process in (self._process.pid, *self._children()):
            os.kill(process, signal.SIGSTOP if is_frozen else signal.SIGCONT)

    def limit_file_size(self, limit: str) -> None:
        """Let the kernel refuse that files grow above some bytes, as a full disk does, or 'unlimited'."""
        for process in (self._process.pid, *self._children()):
            change = ["prlimit", f"--pid={process}", f"--fsize={limit}:unlimited"]
            subprocess.run([*self._as_account, *change], check=True)

    def stop(self) -> None:
        """End it as an operator does; connections are cut."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def remove(self) -> None:
        """End it and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def _children(self) -> list[int]:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(child) for child in children.read_text().split()]

    def _initialize(self) -> None:
        done = subprocess.run(
            [
                *self._as_account,
                _program("initdb"),
                f"--pgdata={self._data}",
                f"--username={_ACCOUNT}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--wal-segsize=1",  # MB: the files of the WAL stay below what limit_file_size leaves
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr}")


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError(_INSTALL)
    return str(found[-1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runs(process_id: int) -> bool:
    """Whether a process is there and is more than a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

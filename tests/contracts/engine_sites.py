"""Engines for the contract suite, each with three workers: two of 1000 MB and 50 MB, one of 100 MB."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import tomoe_es
from adapters.code_identity import code_identity, worker_version
from adapters.engines.dask_engine import DaskEngine
from adapters.engines.process_pool import ProcessPool
from tomoe_es.reduction.engine import EngineLost, JobEngine
from tomoe_es.reduction.needs import Needs

TOP = Path(tomoe_es.__file__).parent.parent
CODE = worker_version(code_identity())
TOTAL = Needs(3, 2100, 100)
START_SECONDS = 240.0


class Site(Protocol):
    """Where an engine runs."""

    name: str

    def engine(self, patience_seconds: float = 300.0) -> JobEngine:
        """An engine with all its workers."""

    def lose(self) -> None:
        """Kill what the engine can't do without."""

    def restore(self) -> None:
        """Start it again."""

    def end(self) -> None:
        """Leave nothing behind."""


class Here:
    """The process pool: its workers are all there is to lose."""

    name = "process pool"

    def __init__(self) -> None:
        self._engines: list[ProcessPool] = []

    def engine(self, patience_seconds: float = 300.0) -> JobEngine:
        self._engines.append(ProcessPool(3, patience_seconds, total=TOTAL))
        return self._engines[-1]

    def lose(self) -> None:
        me = os.getpid()
        for child in Path(f"/proc/{me}/task").glob("*/children"):
            for pid in child.read_text().split():
                if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                    os.kill(int(pid), signal.SIGKILL)

    def restore(self) -> None:
        """The pool does it."""

    def end(self) -> None:
        for engine in self._engines:
            engine.kill()


class Dask:
    """A scheduler and workers of its own, on a port of 127.0.0.1."""

    name = "dask"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._engines: list[DaskEngine] = []
        self._scheduler = self._start_scheduler()
        self._workers = [
            self._start("tui.start", "worker", self.address, "--workers", workers, *offer)
            for workers, offer in (
                ("2", ("--memory-mb", "1000", "--ram-disk-mb", "50")),
                ("1", ("--memory-mb", "100", "--ram-disk-mb", "0")),
            )
        ]

    def engine(self, patience_seconds: float = 300.0) -> JobEngine:
        wait_until(self._scheduler_answers)
        made: list[DaskEngine] = []

        def made_one() -> bool:
            with suppress(EngineLost):
                made.append(DaskEngine(self.address, CODE, patience_seconds))
            return bool(made)

        wait_until(made_one)
        self._engines += made
        wait_until(lambda: has_all_workers(made[0]))
        return made[0]

    def _scheduler_answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self._port)) == 0

    def lose(self) -> None:
        self._scheduler.kill()
        self._scheduler.wait()

    def restore(self) -> None:
        self._scheduler = self._start_scheduler()

    def end(self) -> None:
        for engine in self._engines:
            engine.kill()
        for process in (*self._workers, self._scheduler):
            process.terminate()
        for process in (*self._workers, self._scheduler):
            process.wait(START_SECONDS)

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        where = ("--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard")
        return self._start("distributed.cli.dask_scheduler", *where)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        output = (self._folder / "output").open("ab")
        with output:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self._folder,
                env=os.environ | {"PYTHONPATH": str(TOP)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )


def has_all_workers(engine: JobEngine) -> bool:
    try:
        return engine.capacity().total == TOTAL
    except EngineLost:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what other processes do; fails when it does not come."""
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)

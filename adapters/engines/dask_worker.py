"""Workers for a Dask scheduler, on the machine where this runs, for as long as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from adapters.code_identity import code_identity, worker_version
from adapters.engines.dask_worker_process import STARTED_BY
from adapters.engines.dask_workers import offer
from adapters.engines.worker_process import ONE_THREAD
from tomoe_es.reduction.needs import Needs
from tomoe_es.reduction.warm_up import warm_up

LOOK_AGAIN_SECONDS: Final = 1.0
END_SECONDS: Final = 20.0
"""Dask's process may wait for a scheduler that is gone when it is asked to end."""
MEMORY_SPARE: Final = 1.5
"""A worker is ended when it takes this many times what it offers: rather one job than the machine."""
SETTINGS: Final = {
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "False",  # results are small, there is nothing to spill
    "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False",  # a worker that pauses would keep its jobs waiting
}


def serve_scheduler(address: str, workers: int, each_has: Needs, host: str, scratch: Path) -> None:
    """Run worker processes, each of which offers the same, until SIGTERM or Ctrl-C.

    When the scheduler is gone its workers end; they are started again, and wait for it.
    """
    warm_up()
    ended = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def end(number: int, frame: object) -> None:
        ended.set()
        for process in running:
            process.terminate()
            impatient = threading.Timer(END_SECONDS, process.kill)
            impatient.daemon = True
            impatient.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    while not ended.is_set():
        started = command(address, workers, each_has, host, scratch)
        with subprocess.Popen(started, env=environment()) as process:
            running[:] = [process]
            if ended.is_set():
                process.terminate()
            process.wait()
        ended.wait(LOOK_AGAIN_SECONDS)


def command(address: str, workers: int, each_has: Needs, host: str, scratch: Path) -> list[str]:
    """Dask's own command for workers of one thread each."""
    offers = offer(each_has, worker_version(code_identity()))
    return [
        *(sys.executable, "-m", "adapters.engines.dask_worker_process", address),
        *("--host", host, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"),
        *("--resources", " ".join(f"{name}={value}" for name, value in offers.items())),
        *("--memory-limit", f"{round(each_has.memory_mb * MEMORY_SPARE)}MB"),
        *("--local-directory", str(scratch)),
    ]


def environment() -> dict[str, str]:
    """Of the workers."""
    return os.environ | ONE_THREAD | SETTINGS | {STARTED_BY: str(os.getpid())}

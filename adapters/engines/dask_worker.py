"""Workers for a Dask scheduler, on the machine where this runs, for as long as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from adapters.engines.dask_workers import CPU, MEMORY_MB, RAM_DISK_MB
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


def serve_scheduler(address: str, workers: int, offer: Needs, host: str, scratch: Path) -> None:
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
        with subprocess.Popen(command(address, workers, offer, host, scratch), env=environment()) as process:
            running[:] = [process]
            if ended.is_set():
                process.terminate()
            process.wait()
        ended.wait(LOOK_AGAIN_SECONDS)


def command(address: str, workers: int, offer: Needs, host: str, scratch: Path) -> list[str]:
    """Dask's own command for workers of one thread each."""
    offers = {CPU: offer.cpus, MEMORY_MB: offer.memory_mb, RAM_DISK_MB: offer.ram_disk_mb}
    return [
        *(sys.executable, "-m", "distributed.cli.dask_worker", address),
        *("--host", host, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"),
        *("--resources", " ".join(f"{name}={value}" for name, value in offers.items())),
        *("--memory-limit", f"{round(offer.memory_mb * MEMORY_SPARE)}MB"),
        *("--local-directory", str(scratch)),
    ]


def environment() -> dict[str, str]:
    """Of the workers."""
    return os.environ | ONE_THREAD | SETTINGS

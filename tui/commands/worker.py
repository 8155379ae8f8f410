"""`tomoe worker`: worker processes of the reduction for a Dask scheduler."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tomoe_es.errors import UsageError
from tomoe_es.reduction.needs import Needs
from tui.night.engine import check_engine, require_dask
from tui.numbers import Whole


class WorkerOptionInvalid(UsageError):
    """What the workers are to offer can't be so."""

    what_to_do = "give each worker at least 1 MB of memory, and start at least one"


def worker(
    scheduler: str,
    *,
    workers: Whole = 2,
    memory_mb: Whole = 600,
    ram_disk_mb: Whole = 64,
    host: str = "127.0.0.1",
) -> int:
    """Run workers of the reduction for a Dask scheduler, until SIGTERM or Ctrl-C.

    Each takes one job at a time, on one core. When the scheduler is gone they wait for it. They must see the
    data folder of the night under the same path, and run the same code.

    Parameters
    ----------
    scheduler
        Its address, such as tcp://127.0.0.1:8786.
    workers
        Worker processes on this machine.
    memory_mb
        What each of them has; one that takes half as much again is ended.
    ram_disk_mb
        What each of them has of /dev/shm.
    host
        Address of this machine that the scheduler can reach. Who reaches it can run code: never one that is
        open to the outside.
    """
    require_dask()
    check_engine(scheduler)
    if workers < 1 or memory_mb < 1 or ram_disk_mb < 0:
        raise WorkerOptionInvalid(
            f"{workers} workers with {memory_mb} MB of memory and {ram_disk_mb} MB of RAM disk can't be: "
            "start at least one, with at least 1 MB of memory"
        )
    from adapters.engines.dask_worker import serve_scheduler  # 0.5 s that only this command has use for

    with tempfile.TemporaryDirectory(prefix="tomoe-worker-") as scratch:
        serve_scheduler(scheduler, workers, Needs(1, memory_mb, ram_disk_mb), host, Path(scratch))
    return 0

"""Dask's own command for workers, which ends when the process that started it is gone, however it went."""

from __future__ import annotations

import ctypes
import os
import signal

from adapters.engines.worker_process import PR_SET_PDEATHSIG

STARTED_BY = "TOMOE_WORKER_STARTED_BY"
"""Environment variable: the process id of the one who started it."""


def main() -> None:
    """Run the workers of this process's command line."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # its workers follow it by themselves
    if os.getppid() != int(os.environ[STARTED_BY]):  # gone before this process could ask to follow it
        return
    from distributed.cli.dask_worker import main as work  # 0.5 s in which the starter may go

    work()


if __name__ == "__main__":
    main()

"""What a worker process of this machine does: it runs one task after another, and ends with its engine."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Final

from adapters.engines.packed import run_packed

_THREAD_SETTINGS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE_THREAD: Final = dict.fromkeys(_THREAD_SETTINGS, "1")
"""Environment of a worker: its libraries take the one core that is its own."""

READY: Final = b""

PR_SET_PDEATHSIG: Final = 1  # from linux/prctl.h


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """A process that is started within hears no Ctrl-C of the terminal, not even while it is loaded."""
    resource_tracker.ensure_running()  # multiprocessing unblocks interrupts as it starts this one
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(connection: Connection) -> None:
    """Say that it is ready, then run what comes, until the other side is gone."""
    follow_parent()
    connection.send_bytes(READY)
    while True:
        try:
            content = connection.recv_bytes()
        except EOFError:
            return
        connection.send_bytes(run_packed(content))


def follow_parent() -> None:
    """End this process when the thread or process that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid != os.getppid():  # gone before this worker could ask to follow it
        os.kill(os.getpid(), signal.SIGKILL)

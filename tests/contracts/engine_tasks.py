"""Tasks that the suite of job engines has run in workers; each tells what it did by files, as jobs do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PAUSE_SECONDS = 0.02


def note(file: Path, text: str) -> None:
    """Append a line, whole, whatever other processes append."""
    with file.open("ab", buffering=0) as out:
        out.write(f"{text}\n".encode())


def wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(PAUSE_SECONDS)


def process_id() -> int:
    return os.getpid()


def thread_settings() -> dict[str, str | None]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {name: os.environ.get(name) for name in names}


def hold(begun: Path, until: Path) -> int:
    """Say who has begun, and work until a file is there."""
    note(begun, str(os.getpid()))
    wait_for(until)
    return os.getpid()


def note_and_return(file: Path, text: str) -> str:
    note(file, text)
    return text


def busy(file: Path, name: str, seconds: float) -> None:
    """Note beginning and end."""
    note(file, f"+{name}")
    time.sleep(seconds)
    note(file, f"-{name}")


def kill_worker() -> None:
    """End the own worker as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    while True:
        signal.pause()


def size_of(file: Path) -> int:
    """By path."""
    return file.stat().st_size


def kernels_compiled_anew() -> int:
    """Of the kernel that calibrates: how many times this process compiled it instead of finding it."""
    from tomoe_es.reduction.kernels import calibrate_and_combine
    from tomoe_es.reduction.warm_up import warm_up

    warm_up()
    assert calibrate_and_combine.stats.cache_hits, "it was used"  # type: ignore[attr-defined]
    return sum(calibrate_and_combine.stats.cache_misses.values())  # type: ignore[attr-defined]

"""Tasks that the suite of job engines has run in workers; each tells what it did by files, as jobs do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tomoe_es.reduction.engine import RequestUnmet
from tomoe_es.reduction.job import ArchivedProduct, ReductionJob, ReductionResult
from tomoe_es.reduction.needs import Needs

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


def raise_what_does_not_travel() -> None:
    """An exception that pickle writes and can't read: it is made of more than its message."""
    raise RequestUnmet(Needs(2), Needs(1))


def size_of(file: Path) -> int:
    """By path."""
    return file.stat().st_size


def compile_and_hold(begun: Path, until: Path) -> None:
    """Compile the kernels, or find them compiled; then work until a file is there."""
    from tomoe_es.reduction.warm_up import warm_up

    warm_up()
    hold(begun, until)


def kernels_compiled_anew() -> int:
    """Of the kernel that calibrates: how many times this process compiled it instead of finding it."""
    from tomoe_es.reduction.kernels import calibrate_and_combine
    from tomoe_es.reduction.warm_up import warm_up

    warm_up()
    stats = calibrate_and_combine.stats  # type: ignore[attr-defined]
    assert stats.cache_hits or stats.cache_misses, "it was used"
    return sum(stats.cache_misses.values())


def feign(job: ReductionJob, folder: Path) -> ReductionResult:
    """Reduce nothing, as a file in the folder says of the chip: die, hang or hold, always or at first.

    Notes each beginning, and each product before it is told.
    """
    note(folder / "begun", job.frame_id)
    behaviour = folder / str(job.det_id)
    how = behaviour.read_text() if behaviour.exists() else ""
    if how.endswith("at first"):
        behaviour.unlink()
    if how.startswith("die"):
        kill_worker()
    if how.startswith("hang"):
        hang()
    if how.startswith("hold"):
        wait_for(folder / "go on")
    note(folder / "made", job.frame_id)
    product = ArchivedProduct(
        product_id=job.product_id("DARK"), kind="DARK", path=f"{job.frame_id}.fits", sha256="0", size_bytes=1
    )
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        products=(product,),
    )


class ReadNowhereElse:
    """A result that can be read in the process that made it alone."""

    def __reduce__(self) -> tuple[object, ...]:
        return _read, (os.getpid(),)


def _read(pid: int) -> ReadNowhereElse:
    if os.getpid() != pid:
        raise ValueError("not to be read here")
    return ReadNowhereElse()

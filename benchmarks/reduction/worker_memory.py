"""The most memory that a worker takes that does nothing but reduce chips.

The engine is started by a process that has nothing of the benchmark's, and so is its worker: the benchmark's
own process renders frames and holds those of the libraries, and a process that it forks begins with them.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from adapters.engines.process_pool import ProcessPool
from adapters.engines.reduction_jobs import reduce_in_worker
from tomoe_es.reduction.job import ReductionJob, Step

JOBS: Final = 10


def worker_peak_mb(job: ReductionJob, star_indexes: Path, steps: tuple[Step, ...]) -> float:
    """Resident at most, in MB of 10^6 bytes, over ten chips with these steps in a worker of the engine.

    Raises RuntimeError when they aren't reduced.
    """
    asked = pickle.dumps((msgspec.structs.replace(job, steps=steps), star_indexes))
    done = subprocess.run([sys.executable, "-m", __name__], input=asked, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return float(done.stdout)


def _reduced_on_an_engine(job: ReductionJob, star_indexes: Path) -> float:
    engine = ProcessPool(workers=1)
    try:
        for _ in range(JOBS):
            result = engine.submit(reduce_in_worker, job, star_indexes).result()
            if not result.products:
                raise RuntimeError(f"{result.failure or result.rejected}")
        return engine.submit(_peak_mb_of_this_process).result()
    finally:
        engine.close()


def _peak_mb_of_this_process() -> float:
    # Not getrusage's: that one begins, in a process just started, with what the one that forked it had.
    status = Path(f"/proc/{os.getpid()}/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    sys.stdout.write(str(_reduced_on_an_engine(*pickle.load(sys.stdin.buffer))))

"""The embedded reduction engine: workers that die, and workers whose parent dies."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

import tomoe_es
from adapters.engines.process_pool import ProcessPool
from adapters.paced_loop import PacedLoop
from tomoe_es.reduction.engine import WorkerDied, WorkerHung, WorkerRaised

TOP = str(Path(tomoe_es.__file__).parent.parent)
PATIENCE_SECONDS = 60.0

ENGINE = """
import os, sys, time
from adapters.engines.process_pool import ProcessPool

if __name__ == "__main__":
    pool = ProcessPool(1)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 3600)
    sys.stdin.read()
"""
ORPHAN = """
import multiprocessing, os, sys, time
from adapters.engines.worker_process import follow_parent

def live_on():
    print(os.getpid(), flush=True)
    multiprocessing.parent_process().join()
    follow_parent()
    time.sleep(3600)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=live_on).start()
    sys.stdin.read()
"""


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(2)
    yield pool
    pool.close()


@pytest.fixture
def thread_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the environment back as it was."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.setenv(name, "7")


def start(script: str, tmp_path: Path) -> subprocess.Popen[str]:
    path = tmp_path / "process.py"
    path.write_text(script)
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": TOP},
    )


def ends(pidfd: int) -> bool:
    """Wait until a process has ended; False when it goes on for too long."""
    return bool(select.select([pidfd], [], [], PATIENCE_SECONDS)[0])


def test_jobs_run_in_other_processes_with_one_core_each(pool: ProcessPool, thread_settings: None) -> None:
    assert pool.submit(os.getpid).result() != os.getpid()
    assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert [pool.submit(divmod, number, 7).result() for number in range(20)] == [
        divmod(number, 7) for number in range(20)
    ]


def test_an_unforeseen_error_is_told_with_its_type_and_place(pool: ProcessPool) -> None:
    with pytest.raises(
        WorkerRaised, match=r"^ValueError: Invalid literal .* at File .*fractions\.py"
    ) as raised:
        pool.submit(Fraction, "3/x").result()
    assert isinstance(raised.value.error, ValueError)
    with pytest.raises(WorkerRaised, match="SystemExit: 3"):
        pool.submit(sys.exit, 3).result()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_a_worker_that_hangs_is_killed_alone_and_the_next_job_finds_a_new_one() -> None:
    pool = ProcessPool(2, patience_seconds=1.0)
    hung, other = pool.submit(signal.pause), pool.submit(os.getpid)
    workers = {other.result()}
    with pytest.raises(WorkerHung, match="gave no result for 1 s"):
        hung.result()
    workers_after = {pool.submit(os.getpid) for _ in range(2)}
    assert workers <= {each.result() for each in workers_after}
    pool.close()


def test_waiting_for_its_turn_is_not_hanging() -> None:
    pool = ProcessPool(1, patience_seconds=1.0)
    pool.submit(os.getpid).result()
    turns = [pool.submit(time.sleep, 0.4) for _ in range(5)]
    assert turns[-1].result() is None
    pool.close()


def test_a_night_that_waits_for_a_worker_goes_on_turning(pool: ProcessPool) -> None:
    turns, gathered = list[int](), list[int]()
    loop = PacedLoop(0, math.inf, lambda: turns.append(1))
    task = pool.submit(time.sleep, 0.5)
    loop.call_when_ready(0, lambda: task.done(), lambda: gathered.append(len(turns)))

    loop.run()

    assert gathered[0] > 10
    assert task.result() is None


def test_one_that_hangs_is_not_waited_for_longer_than_any_task_takes() -> None:
    pool = ProcessPool(1, patience_seconds=1.0)
    pool.submit(os.getpid).result()
    loop, raised = PacedLoop(0, math.inf), list[str]()
    hung = pool.submit(signal.pause)

    def gather() -> None:
        with pytest.raises(WorkerHung):
            hung.result()
        raised.append("hung")

    loop.call_when_ready(0, lambda: hung.done(), gather)
    loop.run()
    assert raised == ["hung"]
    pool.close()


def test_closing_does_not_wait_for_ever_for_one_that_hangs() -> None:
    pool = ProcessPool(1, patience_seconds=0.5)
    worker = os.pidfd_open(pool.submit(os.getpid).result())
    pool.submit(signal.pause)
    pool.close()
    assert ends(worker)
    os.close(worker)


def test_a_killed_worker_breaks_only_what_it_ran_and_the_next_job_finds_a_new_one(pool: ProcessPool) -> None:
    before = pool.submit(os.getpid).result()
    killed = pool.submit(signal.raise_signal, signal.SIGKILL)
    beside = pool.submit(time.sleep, 0.2)
    with pytest.raises(WorkerDied, match="by SIGKILL"):
        killed.result()
    assert beside.result() is None
    after = pool.submit(os.getpid).result()
    assert after not in (before, os.getpid())


def test_it_survives_worker_after_worker(pool: ProcessPool) -> None:
    for _ in range(3):
        with pytest.raises(WorkerDied):
            pool.submit(os._exit, 1).result()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_closed_it_has_finished_what_ran_and_no_workers_are_left(pool: ProcessPool) -> None:
    job = pool.submit(divmod, 7, 2)
    worker = os.pidfd_open(pool.submit(os.getpid).result())
    pool.close()
    assert job.result() == (3, 1)
    assert ends(worker)
    os.close(worker)


def test_closed_it_can_be_used_again(pool: ProcessPool) -> None:
    pool.close()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_ctrl_c_is_the_parent_s_affair(pool: ProcessPool) -> None:
    assert pool.submit(signal.raise_signal, signal.SIGINT).result() is None


FIRST_WORKER = """
import signal
import subprocess
import sys
from adapters.engines.process_pool import ProcessPool
pool = ProcessPool(1)
print(signal.SIGINT in pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result())
pool.close()
"""


def test_an_interrupt_of_the_terminal_reaches_no_worker_that_is_being_loaded_not_even_the_first() -> None:
    """In a process of its own: multiprocessing starts its resource tracker with the first one."""
    told = subprocess.run([sys.executable, "-c", FIRST_WORKER], capture_output=True, text=True, check=True)
    assert told.stdout == "True\n"


def test_busy_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with start(ENGINE, tmp_path) as parent:
        assert parent.stdout is not None
        workers = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
        assert len(workers) == 1
        for worker in workers:
            assert ends(worker)
            os.close(worker)


def test_a_worker_whose_parent_died_before_it_was_ready_ends(tmp_path: Path) -> None:
    with start(ORPHAN, tmp_path) as parent:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        assert ends(worker)
        os.close(worker)

"""Jobs on workers: whatever becomes of a worker, the queue is told a named condition and goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adapters.engines import reduction_jobs
from adapters.engines.process_pool import ProcessPool
from adapters.engines.reduction_jobs import ReductionJobs, warm_up
from tests.adapters.simulator.stepped import Line
from tests.adapters.simulator.test_cluster import expose, reducing_line
from tests.tomoe_es.machines.making import make
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.reduction import ReductionFailed
from tomoe_es.events.system import LogCheckpoint, NightPlanned
from tomoe_es.events.transfer import ChipCubeBuffered
from tomoe_es.reduction.job import Failure, ReductionJob, ReductionResult
from tomoe_es.reduction.queue_state import Job


class Replaced(ReductionJobs):
    """Runs another task instead of the reduction."""

    def __init__(self, pool: ProcessPool, task: Callable[..., Any], *arguments: object) -> None:
        super().__init__(pool, Path("buffer"), Path("archive"), Path("scratch"))
        self._task, self._arguments = task, arguments

    def begin(self, state: object, job: Job) -> None:
        self._running[job.frame_id] = self._engine.submit(self._task, *self._arguments)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(2, patience_seconds=3.0)
    yield pool
    pool.kill()


def dark_of_three_chips(jobs: ReductionJobs) -> Line:
    """What is recorded of it."""
    line = reducing_line(Line(), jobs)
    expose(line, 1, "DARK")
    line.run_until(300)
    return line


def failures(jobs: ReductionJobs) -> list[ReductionFailed]:
    line = dark_of_three_chips(jobs)
    return [each for each in line.payloads(ReductionFailed) if isinstance(each, ReductionFailed)]


@pytest.mark.parametrize(
    ("task", "condition", "message"),
    [
        ((divmod, 1, 0), "WorkerRaised", "ZeroDivisionError: "),
        ((bytearray, 1 << 62), "WorkerRaised", "MemoryError: "),
        ((os._exit, 1), "WorkerDied", "the system's log"),
    ],
)
def test_trouble_of_a_worker_is_told_and_tried_again(
    pool: ProcessPool, task: tuple[Callable[..., Any]], condition: str, message: str
) -> None:
    told = failures(Replaced(pool, *task))
    assert {each.condition for each in told} == {condition}
    assert all(message in each.message for each in told)
    assert sorted((each.attempt, each.given_up) for each in told) == [
        *[(1, False)] * 3,
        *[(2, False)] * 3,
        *[(3, True)] * 3,
    ]


def say_checkpoint(job: ReductionJob, _: Path) -> ReductionResult:
    """Nothing is reduced."""
    return ReductionResult(
        job_id=job.job_id,
        frame_id=job.frame_id,
        exposure_number=job.exposure_number,
        data_type=job.data_type,
        failure=Failure("CubeMissing", str(job.checkpoint)),
    )


def test_a_job_has_the_checkpoint_that_its_night_began_with(tmp_path: Path) -> None:
    pool = ProcessPool(1)
    jobs = ReductionJobs(pool, tmp_path, tmp_path, tmp_path, say_checkpoint)
    line = reducing_line(Line(), jobs)
    before, after = LogCheckpoint(7, "seven"), LogCheckpoint(9, "nine")
    line.record(make(NightPlanned, night="2023-12-12", checkpoint=before))
    expose(line, 1, "DARK")
    line.record(make(NightPlanned, night="2023-12-13", checkpoint=after))
    line.run_until(300)
    pool.kill()
    told = {each.message for each in line.payloads(ReductionFailed)}  # type: ignore[attr-defined]
    assert told == {str(before)}


def test_a_disk_that_does_not_answer_does_not_stop_the_night(tmp_path: Path) -> None:
    pool = ProcessPool(2, patience_seconds=10.0)  # a new worker first imports what it reduces with
    jobs = ReductionJobs(pool, tmp_path, tmp_path / "archive", tmp_path / "scratch")
    line = reducing_line(Line(), jobs)
    expose(line, 1, "DARK")
    line.run_until(20)
    cubes = [each.path for each in line.payloads(ChipCubeBuffered)]  # type: ignore[attr-defined]
    (tmp_path / cubes[0]).parent.mkdir(parents=True)
    os.mkfifo(tmp_path / cubes[0])  # who reads it waits for ever
    line.run_until(300)
    told = {each.condition for each in line.payloads(ReductionFailed)}  # type: ignore[attr-defined]
    pool.kill()
    assert told == {"WorkerHung", "CubeMissing"}


def test_only_an_exception_that_nobody_foresaw_is_an_error_of_its_own(pool: ProcessPool) -> None:
    raised = dark_of_three_chips(Replaced(pool, Fraction, "1/x")).payloads(ErrorRaised)
    assert raised
    for each in raised:
        assert isinstance(each, ErrorRaised)
        assert (each.process, each.condition, each.understood) == ("worker", "ValueError", False)
        assert re.fullmatch(r"\S+/fractions\.py:\d+ in __new__", each.where)
    assert dark_of_three_chips(Replaced(pool, os._exit, 1)).payloads(ErrorRaised) == []


@pytest.mark.parametrize(("patience_seconds", "told"), [(0.0, ["it lasts"]), (600.0, [])])
def test_a_night_that_has_to_wait_for_what_is_compiled_first_says_so(
    patience_seconds: float, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduction_jobs, "COMPILED_SECONDS", patience_seconds)
    said: list[str] = []
    with closing(ProcessPool(1)) as pool:
        warm_up(pool, lambda: said.append("it lasts"))
    assert said == told

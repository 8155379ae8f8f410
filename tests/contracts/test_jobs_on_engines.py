"""The reduction queue on a real engine: whatever is lost, each chip is reduced once or given up by name."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.engines.reduction_jobs import ReductionJobs
from tests.adapters.simulator.stepped import Line
from tests.adapters.simulator.test_cluster import CHIPS, expose, reducing_line
from tests.contracts import engine_tasks as tasks
from tests.contracts.engine_sites import START_SECONDS, Site, has_all_workers, wait_until
from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.events import reduction
from tomoe_es.machines.judging.steps import judge_by_machines
from tomoe_es.reduction.engine import JobEngine

pytestmark = [pytest.mark.xdist_group("job engines"), pytest.mark.timeout(900)]

SHORT_PATIENCE_SECONDS = 20.0
"""Enough for a worker of a busy machine to import what it reduces with."""


class Queue:
    """A dark of three chips that is reduced; what a chip's job does is a file of the folder."""

    def __init__(self, engine: JobEngine, folder: Path) -> None:
        self.folder = folder
        jobs = ReductionJobs(engine, folder / "buffer", folder / "archive", folder, tasks.feign)
        self.line = reducing_line(Line(), jobs)
        self._seconds = 0.0

    def run_until(self, holds: Callable[[], bool]) -> None:
        """Let the night go on, by a minute at a time."""
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            assert time.monotonic() < deadline, "it did not come"
            self._seconds += 60
            self.line.run_until(self._seconds)
            time.sleep(0.05)

    def run_to_the_end(self) -> None:
        expose(self.line, 1, "DARK")
        self.run_until(lambda: len(self.finished()) + len(self.given_up()) == len(CHIPS))

    def begun(self) -> int:
        file = self.folder / "begun"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def finished(self) -> Counter[int]:
        return Counter(det_id_of(each.frame_id) for each in self.line.payloads(reduction.ReductionFinished))  # type: ignore[attr-defined]

    def archived(self) -> Counter[int]:
        return Counter(det_id_of(each.frame_id) for each in self.line.payloads(reduction.ProductArchived))  # type: ignore[attr-defined]

    def failures(self) -> list[reduction.ReductionFailed]:
        told = self.line.payloads(reduction.ReductionFailed)
        return [each for each in told if isinstance(each, reduction.ReductionFailed)]

    def given_up(self) -> list[str]:
        return [each.condition for each in self.failures() if each.given_up]


@pytest.fixture
def engine(site: Site) -> Iterator[JobEngine]:
    engine = site.engine()
    yield engine
    engine.kill()


@pytest.fixture
def queue(engine: JobEngine, tmp_path: Path) -> Queue:
    return Queue(engine, tmp_path)


def test_a_lost_worker_s_job_is_done_by_another_and_makes_one_product(queue: Queue) -> None:
    (queue.folder / "102").write_text("die at first")
    queue.run_to_the_end()
    assert queue.archived() == queue.finished() == Counter(CHIPS)
    assert [(each.condition, each.given_up) for each in queue.failures()] == [("WorkerDied", False)]
    assert judge_by_machines(queue.line.log.events) == []


def test_a_poison_job_is_given_up_after_three_workers_and_harms_no_other(queue: Queue) -> None:
    (queue.folder / "102").write_text("die")
    queue.run_to_the_end()
    assert queue.archived() == Counter({101: 1, 221: 1})
    assert [(each.condition, each.given_up) for each in queue.failures()] == [
        ("WorkerDied", False),
        ("WorkerDied", False),
        ("WorkerDied", True),
    ]
    assert queue.begun() == 2 + 3


@pytest.mark.slow
def test_a_slow_worker_loses_its_lease_and_another_does_the_job(site: Site, tmp_path: Path) -> None:
    engine = site.engine(SHORT_PATIENCE_SECONDS)
    queue = Queue(engine, tmp_path)
    (queue.folder / "102").write_text("hang at first")
    queue.run_to_the_end()
    engine.kill()
    assert queue.archived() == Counter(CHIPS)
    assert [(each.condition, each.given_up) for each in queue.failures()] == [("WorkerHung", False)]


def test_what_a_lost_engine_ran_is_done_when_it_is_there_again(
    site: Site, engine: JobEngine, tmp_path: Path
) -> None:
    queue = Queue(engine, tmp_path)
    for chip in CHIPS:
        (tmp_path / str(chip)).write_text("hold")
    expose(queue.line, 1, "DARK")
    queue.line.run_until(20)  # leased at 12.5 s, asked for their results at 32.5 s
    wait_until(lambda: queue.begun() >= 2)  # the small worker has no room for any
    site.lose()
    (tmp_path / "go on").touch()
    if site.name == "dask":
        queue.run_until(lambda: bool(queue.line.payloads(reduction.ReductionEngineLost)))
        [lost] = queue.line.payloads(reduction.ReductionEngineLost)
        assert isinstance(lost, reduction.ReductionEngineLost)
        assert (lost.condition, "start the scheduler" in lost.message) == ("EngineLost", True)
        assert queue.failures() == [], "it was no job's fault"
    site.restore()
    queue.run_until(lambda: len(queue.finished()) == len(CHIPS))
    wait_until(lambda: has_all_workers(engine))
    assert queue.archived() == queue.finished() == Counter(CHIPS)
    assert queue.given_up() == []
    assert judge_by_machines(queue.line.log.events) == []

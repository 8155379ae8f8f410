"""What every job engine must do, whatever becomes of its workers. Run against the process pool and Dask."""

from __future__ import annotations

import os
import signal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.contracts import engine_tasks as tasks
from tests.contracts.engine_sites import Site, has_all_workers, wait_until
from tomoe_es.reduction.engine import (
    ArgumentsTooLarge,
    JobEngine,
    RequestUnmet,
    WorkerDied,
    WorkerHung,
    WorkerRaised,
)
from tomoe_es.reduction.needs import Needs

pytestmark = [pytest.mark.xdist_group("job engines"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def lasting(site: Site) -> JobEngine:
    return site.engine()


@pytest.fixture
def engine(site: Site, lasting: JobEngine) -> JobEngine:
    """With all workers, also after a test that killed some."""
    wait_until(lambda: has_all_workers(lasting))
    return lasting


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


class TestTasks:
    def test_they_run_in_other_processes(self, engine: JobEngine) -> None:
        assert engine.submit(tasks.process_id).result() != os.getpid()

    def test_results_come_to_those_who_asked(self, engine: JobEngine) -> None:
        futures = [engine.submit(divmod, number, 7) for number in range(40)]
        assert [each.result() for each in futures] == [divmod(number, 7) for number in range(40)]

    def test_libraries_take_one_thread(self, engine: JobEngine) -> None:
        assert set(engine.submit(tasks.thread_settings).result().values()) == {"1"}

    def test_what_one_worker_compiled_another_finds_on_the_disk(
        self, engine: JobEngine, tmp_path: Path
    ) -> None:
        room, begun, until = Needs(1, 900, 0), tmp_path / "begun", tmp_path / "until"
        compiled = engine.submit(tasks.compile_and_hold, begun, until, needs=room)
        wait_until(lambda: begun.exists() or compiled.done())
        assert engine.submit(tasks.kernels_compiled_anew, needs=room).result() == 0  # while that one is held
        until.touch()
        compiled.result()

    def test_data_goes_by_path(self, engine: JobEngine, tmp_path: Path) -> None:
        cube = tmp_path / "cube"
        cube.write_bytes(bytes(5_000_000))
        assert engine.submit(tasks.size_of, cube).result() == 5_000_000
        with pytest.raises(ArgumentsTooLarge, match="by the path"):
            engine.submit(len, cube.read_bytes())

    def test_an_unforeseen_error_is_told_with_its_type_and_place(self, engine: JobEngine) -> None:
        with pytest.raises(WorkerRaised, match=r"^ValueError: Invalid literal .* at File .*fractions\.py"):
            engine.submit(Fraction, "3/x").result()
        assert engine.submit(divmod, 7, 2).result() == (3, 1)

    def test_a_result_that_can_not_be_read_is_an_error_and_the_engine_goes_on(
        self, engine: JobEngine
    ) -> None:
        with pytest.raises(WorkerRaised, match="ValueError: not to be read here"):
            engine.submit(tasks.ReadNowhereElse).result(30)
        assert engine.submit(divmod, 7, 2).result(30) == (3, 1)

    def test_an_error_that_does_not_travel_is_told_by_its_text(self, engine: JobEngine) -> None:
        with pytest.raises(WorkerRaised, match="RequestUnmet: the job needs 2 CPU"):
            engine.submit(tasks.raise_what_does_not_travel).result()
        assert engine.submit(divmod, 7, 2).result() == (3, 1)


class TestLostWorker:
    def test_it_is_told_and_another_does_the_next_attempt(self, engine: JobEngine, tmp_path: Path) -> None:
        begun, until = tmp_path / "begun", tmp_path / "until"
        job, beside = (engine.submit(tasks.hold, begun, until) for _ in range(2))
        wait_until(lambda: len(lines(begun)) == 2)
        killed = int(lines(begun)[0])
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: job.done() or beside.done())
        until.touch()
        ended, alive = (job, beside) if job.exception() else (beside, job)
        with pytest.raises(WorkerDied, match="look for its reason"):
            ended.result()
        assert alive.result() == int(lines(begun)[1])
        assert len(lines(begun)) == 2, "the engine itself tries nothing again"
        assert engine.submit(tasks.hold, begun, until).result() != killed

    def test_a_job_that_kills_its_workers_takes_nothing_else_with_it(
        self, engine: JobEngine, tmp_path: Path
    ) -> None:
        noted = tmp_path / "noted"
        poison = [engine.submit(tasks.kill_worker) for _ in range(3)]
        good = [engine.submit(tasks.note_and_return, noted, str(number)) for number in range(12)]
        for each in poison:
            with pytest.raises(WorkerDied):
                each.result()
        assert sorted(each.result() for each in good) == sorted(lines(noted))
        assert len(lines(noted)) == 12


class TestSlowWorker:
    def test_after_its_lease_it_is_ended_and_the_others_go_on(self, site: Site, tmp_path: Path) -> None:
        engine = site.engine(patience_seconds=10.0)
        slow = engine.submit(tasks.hang)
        noted = tmp_path / "noted"
        good = [engine.submit(tasks.note_and_return, noted, str(number)) for number in range(6)]
        with pytest.raises(WorkerHung, match="gave no result for 10 s"):
            slow.result()
        assert len({each.result() for each in good}) == 6
        wait_until(lambda: has_all_workers(engine))
        assert engine.submit(divmod, 7, 2).result() == (3, 1)
        engine.close()


class TestRoom:
    def test_a_request_that_nobody_can_meet_is_refused_at_once(self, engine: JobEngine) -> None:
        for needs in (Needs(1, 100_000, 0), Needs(1, 0, 100_000), Needs(100, 0, 0)):
            with pytest.raises(RequestUnmet, match="the largest worker has"):
                engine.submit(divmod, 7, 2, needs=needs)

    def test_express_goes_before_what_waits_longer(self, engine: JobEngine, tmp_path: Path) -> None:
        begun, until, noted = (tmp_path / name for name in ("begun", "until", "noted"))
        express_begun, express_until = tmp_path / "express begun", tmp_path / "express until"
        holding = [engine.submit(tasks.hold, begun, until) for _ in range(3)]
        wait_until(lambda: len(lines(begun)) == 3)
        waiting = [engine.submit(tasks.note_and_return, noted, f"default {n}") for n in range(9)]
        express = [engine.submit(tasks.hold, express_begun, express_until, lane="express") for _ in range(3)]
        until.touch()
        wait_until(lambda: len(lines(express_begun)) == 3)  # so that all three slots are theirs
        assert not noted.exists()
        express_until.touch()
        for each in [*holding, *express, *waiting]:
            each.result()
        assert len(lines(noted)) == 9

    @pytest.mark.parametrize(
        ("needs", "at_once"),
        [
            (Needs(1, 0, 0), 3),
            (Needs(1, 900, 0), 2),
            (Needs(1, 0, 50), 2),
        ],
        ids=["CPU", "memory", "RAM disk"],
    )
    def test_no_more_runs_at_once_than_there_is_room_for(
        self, engine: JobEngine, tmp_path: Path, needs: Needs, at_once: int
    ) -> None:
        noted = tmp_path / "noted"
        futures = [engine.submit(tasks.busy, noted, str(n), 0.1, needs=needs) for n in range(8)]
        for each in futures:
            each.result()
        running, most = 0, 0
        for line in lines(noted):
            running += 1 if line.startswith("+") else -1
            most = max(most, running)
        assert len(lines(noted)) == 16
        assert 2 <= most <= at_once

    def test_what_is_cancelled_while_it_waits_never_runs(self, engine: JobEngine, tmp_path: Path) -> None:
        begun, until, noted = (tmp_path / name for name in ("begun", "until", "noted"))
        holding = [engine.submit(tasks.hold, begun, until) for _ in range(3)]
        wait_until(lambda: len(lines(begun)) == 3)
        waiting = [engine.submit(tasks.note_and_return, noted, str(n)) for n in range(2)]
        assert waiting[0].cancel()
        until.touch()
        for each in [*holding, waiting[1]]:
            each.result()
        assert lines(noted) == ["1"]


def test_closed_it_has_finished_what_ran(site: Site, tmp_path: Path) -> None:
    engine = site.engine()
    begun, until = tmp_path / "begun", tmp_path / "until"
    running = engine.submit(tasks.hold, begun, until)
    wait_until(lambda: len(lines(begun)) == 1)
    until.touch()
    engine.close()
    assert running.result() == int(lines(begun)[0])

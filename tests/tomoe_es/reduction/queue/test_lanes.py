"""Two lanes, and as many jobs as there is room for."""

from __future__ import annotations

from tests.tomoe_es.reduction.queue.played_engine import CHIPS, Engine, asked, frame, started
from tomoe_es.events import camera, reduction
from tomoe_es.reduction import queue
from tomoe_es.reduction.needs import WORKER_MB, needs_of


class TestLanes:
    def test_an_exposure_that_is_transferred_is_queued_and_leased(self, engine: Engine) -> None:
        decided = engine.expose(4)

        [queued] = [each for each in decided if isinstance(each, reduction.ReductionQueued)]
        assert (queued.lane, queued.steps) == ("default", ["wcs", "stack"])
        assert (queued.dark_exposure, queued.flat_exposure) == (1, 3)
        assert engine.leased(decided) == queued.frame_ids == [frame(4, chip) for chip in CHIPS]

    def test_no_more_are_leased_than_there_are_slots(self, engine: Engine) -> None:
        for number in (4, 5, 6):
            engine.expose(number)

        assert len(engine.state.leased) == engine.state.total.cpus == 4
        assert engine.leased(engine.archive(4, 101, "STACK")) == [frame(6, 101)]

    def test_express_goes_before_what_waits_longer(self, engine: Engine) -> None:
        for number in (4, 5, 6):
            engine.expose(number)
        engine.expose(7, lane="express")

        assert engine.leased(engine.archive(4, 101, "STACK")) == [frame(7, 101)]
        assert engine.leased(engine.archive(4, 102, "STACK")) == [frame(7, 102)]
        assert engine.leased(engine.archive(5, 101, "STACK")) == [frame(6, 101)]

    def test_calibrations_are_express(self, engine: Engine) -> None:
        decided = engine.expose(4, "FLAT", seconds=1.0)

        assert decided[0].lane == "express"  # type: ignore[attr-defined]

    def test_without_an_engine_everything_waits(self) -> None:
        engine = Engine(slots=0)
        assert engine.leased(engine.expose(1, "DARK")) == []

        assert engine.leased(engine.restart(4)) == [frame(1, 101), frame(1, 102)]

    def test_an_exposure_without_any_cube_leaves_nothing_to_do(self, engine: Engine) -> None:
        engine.expose(4, lost=CHIPS)

        assert queue.is_idle(engine.state)
        assert engine.state.exposures == {}

    def test_an_aborted_exposure_is_forgotten(self, engine: Engine) -> None:
        engine.tell(asked(4), camera.ExposureAborted(exposure_number=4, reason="rain"))

        assert engine.state.exposures == {}


class TestRoom:
    def test_no_more_memory_is_leased_than_the_engine_has(self) -> None:
        engine = Engine(slots=0)
        engine.expose(4, "DARK")
        assert engine.leased(engine.tell(started(8, memory_mb=WORKER_MB + 1))) == [frame(4, 101)]
        assert engine.leased(engine.tell(engine.finished(frame(4, 101)))) == [frame(4, 102)]

    def test_a_request_that_nobody_can_meet_is_given_up_by_name_at_once(self) -> None:
        engine = Engine(slots=0)
        engine.expose(4, "DARK")
        decided = engine.tell(started(8, job_memory_mb=WORKER_MB - 1))
        told = [each for each in decided if isinstance(each, reduction.ReductionFailed)]
        assert {(each.condition, each.given_up) for each in told} == {("RequestUnmet", True)}
        assert all("the largest worker has" in each.message for each in told)
        assert queue.is_idle(engine.state)

    def test_steps_take_memory_and_the_solver_takes_ram_disk(self) -> None:
        plain, searched, archived = (
            needs_of("OBJECT", 18, steps) for steps in (["stack"], ["wcs", "neo"], ["wcs", "neo", "cube"])
        )
        assert plain.memory_mb < searched.memory_mb < archived.memory_mb < 600
        assert (plain.ram_disk_mb, searched.ram_disk_mb > 0) == (0, True)
        assert needs_of("DARK", 360, []) == needs_of("DARK", 36, [])


class TestIdle:
    def test_it_is_idle_when_nothing_waits_and_nothing_runs(self, engine: Engine) -> None:
        assert queue.is_idle(engine.state)
        engine.expose(4)
        assert not queue.is_idle(engine.state)
        engine.archive(4, 101, "STACK")
        assert not queue.is_idle(engine.state)
        engine.archive(4, 102, "STACK")
        assert queue.is_idle(engine.state)

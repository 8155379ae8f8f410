"""The simulated cluster, and the reduction without pixels: results come when the cluster's time is over."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from adapters.simulator.camera import SimulatedCamera
from adapters.simulator.cluster import LEASE_SECONDS, SLOTS, Reducing, SimulatedCluster
from adapters.simulator.no_pixels import NoImaging, NoReducing
from tests.adapters.simulator.stepped import START_US, Line, exposure_request
from tomoe_es.clock import SECOND
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event, camera, reduction
from tomoe_es.events.camera import DataType
from tomoe_es.machines.judging.steps import judge_by_machines
from tomoe_es.reduction import queue, queue_state
from tomoe_es.reduction.engine import EngineLost
from tomoe_es.reduction.queue_state import Job, ReductionState

CHIPS = (101, 102, 221)


class Listed:
    """Reduces without pixels, and keeps a list of what was begun and finished."""

    def __init__(self, transparency: Callable[[int], float] = lambda _: 1.0) -> None:
        self._reducing = NoReducing(transparency)
        self.begun: list[str] = []
        self.finished: list[str] = []

    def begin(self, state: ReductionState, job: Job) -> None:
        self.begun.append(job.frame_id)
        self._reducing.begin(state, job)

    def ready(self, job: Job) -> bool:
        return self._reducing.ready(job)

    def forget(self, job: Job) -> None:
        self._reducing.forget(job)

    def is_there(self) -> bool:
        return self._reducing.is_there()

    def finish(self, job: Job) -> list[Event]:
        self.finished.append(job.frame_id)
        return self._reducing.finish(job)


class Losing(Listed):
    """Its engine is lost whenever it is asked for a result, until it is told to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.there = False
        self.held: set[str] = set()

    def begin(self, state: ReductionState, job: Job) -> None:
        super().begin(state, job)
        self.held.add(job.frame_id)

    def forget(self, job: Job) -> None:
        super().forget(job)
        self.held.remove(job.frame_id)

    def is_there(self) -> bool:
        return self.there

    def finish(self, job: Job) -> list[Event]:
        self.held.remove(job.frame_id)
        if not self.there:
            raise EngineLost("the scheduler does not answer")
        return super().finish(job)


def reducing_line(line: Line, reducing: Reducing) -> Line:
    """A line with camera, reduction queue and cluster, all started."""
    fold = Fold(queue_state.initial(), queue_state.evolve, queue_state.EVENT_TYPES)
    for recorded in line.log.events:
        fold.state = queue_state.evolve(fold.state, recorded)
    line.conductor.add([queue.decider(fold)])
    shooting = SimulatedCamera(
        line.timers, line.conductor.record, NoImaging(), CHIPS, lambda: line.state.exposures, line.faults
    )
    cluster = SimulatedCluster(line.timers, line.conductor.record, reducing, lambda: fold.state)
    for adapter in (shooting, cluster):
        line.conductor.add_effects(adapter.effects())
    shooting.start()
    cluster.start()
    return line


def expose(line: Line, number: int, data_type: DataType) -> None:
    line.record(msgspec.structs.replace(exposure_request(number), data_type=data_type))


@pytest.fixture
def reducing() -> Listed:
    return Listed()


@pytest.fixture
def line(reducing: Listed) -> Line:
    return reducing_line(Line(), reducing)


def test_it_says_how_many_slots_it_has(line: Line) -> None:
    [started] = line.payloads(reduction.ReductionEngineStarted)
    assert isinstance(started, reduction.ReductionEngineStarted)
    assert (started.engine, started.slots, started.lease_seconds) == (
        "simulated cluster",
        SLOTS,
        LEASE_SECONDS,
    )


def test_results_are_told_twenty_seconds_after_the_lease_and_together(line: Line, reducing: Listed) -> None:
    expose(line, 1, "DARK")
    line.run_until(32.4)
    assert line.times(reduction.ReductionLeased) == [12.5] * 3
    assert len(reducing.begun) == 3
    assert reducing.finished == []
    line.run_until(60)
    assert line.times(reduction.ProductArchived, reduction.ReductionFinished) == [32.5] * 6
    assert reducing.finished == reducing.begun
    leases = {each.payload.frame_id: each.position for each in line.of(reduction.ReductionLeased)}  # type: ignore[attr-defined]
    results = line.of(reduction.ProductArchived, reduction.ReductionFinished)
    assert [each.cause for each in results] == [leases[each.payload.frame_id] for each in results]  # type: ignore[attr-defined]
    assert judge_by_machines(line.log.events) == []


def test_two_exposures_are_told_apart(line: Line, reducing: Listed) -> None:
    expose(line, 1, "DARK")
    line.run_until(10)
    expose(line, 2, "DARK")
    line.run_until(100)
    assert line.times(reduction.ReductionFinished) == [32.5] * 3 + [42.5] * 3
    assert len(reducing.finished) == 6
    assert judge_by_machines(line.log.events) == []


def test_an_object_waits_for_its_dark_and_flat(line: Line) -> None:
    for number, data_type in enumerate(("DARK", "FLAT", "OBJECT"), start=1):
        expose(line, number, data_type)  # type: ignore[arg-type]
        line.run_until(10 * number)
    line.run_until(200)
    finished = line.of(reduction.ReductionFinished)
    assert [each.payload.exposure_number for each in finished] == [1] * 3 + [2] * 3 + [3] * 3  # type: ignore[attr-defined]
    assert [each.kind for each in line.payloads(reduction.ProductArchived)] == (  # type: ignore[attr-defined]
        ["DARK"] * 3 + ["FLAT"] * 3 + ["STACK"] * 3
    )
    assert judge_by_machines(line.log.events) == []


def test_after_a_restart_leased_jobs_run_again(line: Line, reducing: Listed) -> None:
    expose(line, 1, "DARK")
    line.run_until(20)
    again = Listed()
    after = reducing_line(line.restarted(), again)
    after.run_until(100)
    assert again.finished == reducing.begun
    assert after.times(reduction.ReductionFinished) == [40] * 3
    assert [each.attempt for each in after.payloads(reduction.ReductionFinished)] == [2] * 3  # type: ignore[attr-defined]
    assert judge_by_machines(after.log.events) == []


def test_a_lost_engine_is_told_once_and_its_jobs_go_on_when_it_is_there_again() -> None:
    losing = Losing()
    line = reducing_line(Line(), losing)
    expose(line, 1, "DARK")
    line.run_until(10)
    expose(line, 2, "DARK")  # is due later than what meets the loss
    line.run_until(60)
    assert len(line.of(reduction.ReductionEngineLost)) == 1
    assert losing.held == set()
    losing.there = True
    line.run_until(300)
    assert [each.exposure_number for each in line.payloads(reduction.ReductionFinished)] == [1] * 3 + [2] * 3  # type: ignore[attr-defined]
    assert len(line.of(reduction.ReductionEngineLost)) == 1
    assert judge_by_machines(line.log.events) == []


def test_an_exposure_whose_cubes_are_all_lost_leaves_nothing_to_reduce(line: Line, reducing: Listed) -> None:
    line.fault("lie", 0, 100)
    expose(line, 1, "DARK")
    line.run_until(100)
    assert [each.frame_ids for each in line.payloads(reduction.ReductionQueued)] == [[]]  # type: ignore[attr-defined]
    assert reducing.begun == []


def test_without_pixels_no_star_is_found_through_clouds() -> None:
    cloudy_from = START_US + 100 * SECOND
    line = reducing_line(Line(), Listed(lambda time_us: 0.05 if time_us > cloudy_from else 1.0))
    expose(line, 1, "DARK")
    line.run_until(50)
    expose(line, 2, "FLAT")
    line.run_until(90)
    expose(line, 3, "OBJECT")
    line.run_until(150)
    expose(line, 4, "OBJECT")
    line.run_until(300)
    assert [each.exposure_number for each in line.payloads(reduction.FieldSolved)] == [3] * 3  # type: ignore[attr-defined]
    assert [each.exposure_number for each in line.payloads(reduction.AstrometryFailed)] == [4] * 3  # type: ignore[attr-defined]
    rejected = line.payloads(reduction.ProductRejected)
    assert [(each.exposure_number, each.reasons) for each in rejected] == [(4, ["astrometry"])] * 3  # type: ignore[attr-defined]
    assert len(line.payloads(camera.ExposureFinished)) == 4
    assert judge_by_machines(line.log.events) == []


def test_products_without_pixels_are_named_and_placed_as_real_ones() -> None:
    line = reducing_line(Line(), NoReducing(lambda _: 1.0))
    for number, data_type in enumerate(("DARK", "FLAT", "OBJECT"), start=1):
        expose(line, number, data_type)
        line.run_until(100 * number)
    assert {each.path for each in line.payloads(reduction.ProductArchived)} == {  # type: ignore[attr-defined]
        f"20231212/{number:08d}/{prefix}TMQ{chip // 100}20231212{number:08d}{chip % 100:02d}.fits"
        for number, prefix in ((1, "d"), (2, "f"), (3, "s"))
        for chip in CHIPS
    }

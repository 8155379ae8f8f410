"""The reduction queue: two lanes, as many jobs as slots, masters first, nothing lost and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoe_es.camera.frame_id import FrameId
from tomoe_es.clock import SECOND, to_datetime
from tomoe_es.events import Event, camera, reduction, system, transfer
from tomoe_es.events.camera import DataType
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import Lane
from tomoe_es.reduction import queue, queue_state
from tomoe_es.reduction.needs import WORKER_MB, needs_of

NOW = 1_702_382_400_000_000
NIGHT = "2023-12-12"
CHIPS = (101, 102)


def frame(number: int, chip: int) -> str:
    return str(FrameId(to_datetime(NOW).date(), number, chip))


def asked(
    number: int,
    data_type: DataType = "OBJECT",
    lane: Lane = "default",
    seconds: float = 0.5,
    gain: Any = "high",
    night: str = NIGHT,
) -> camera.ExposureRequested:
    return camera.ExposureRequested(
        exposure_number=number,
        recipe_id="r",
        name="field",
        data_type=data_type,
        gain=gain,
        exposure_seconds=seconds,
        frames=18,
        pipeline=["wcs", "stack"] if data_type == "OBJECT" else [],
        observer="o",
        project="p",
        lane=lane,
        ra_deg=1.0,
        dec_deg=2.0,
        night=night,
    )


def started(slots: int, memory_mb: int = 100_000, job_memory_mb: int = 2_000) -> Event:
    return reduction.ReductionEngineStarted(
        engine="test",
        slots=slots,
        memory_mb=memory_mb,
        ram_disk_mb=1_000,
        job_memory_mb=job_memory_mb,
        job_ram_disk_mb=10,
        lease_seconds=600.0,
    )


class Engine:
    """The queue over its state, and an engine that the test plays; what is decided is taken in."""

    def __init__(self, slots: int = 4) -> None:
        self.state = queue_state.initial()
        self.now = NOW
        self.events: list[Event] = []
        self.running: dict[str, reduction.ReductionLeased] = {}  # by frame, as the engine knows it
        self._position = 0
        self.restart(slots)

    def tell(self, *events: Event) -> list[Event]:
        """Events are recorded together; returns what the queue decides on them, until it decides nothing."""
        recorded = [self.take_in(each) for each in events]
        decided: list[Event] = []
        while any(type(each.payload) in queue.INPUTS for each in recorded):
            new = [each.event for each in queue.decide(self.state, recorded[-1], self.now)]
            decided += new
            recorded = [self.take_in(each) for each in new]
        return decided

    def wake(self) -> list[Event]:
        """Let the queue look by itself at the time that it asked for."""
        when = queue.next_wakeup(self.state, self.now)
        assert when is not None
        self.now = when
        new = [each.event for each in queue.decide(self.state, None, self.now)]
        assert new, "it asked to be woken for nothing"
        return new + self.tell(*new)

    def take_in(self, event: Event) -> Recorded:
        """Record an event without deciding on it."""
        self._position += 1
        self.events.append(event)
        if isinstance(event, reduction.ReductionLeased):
            self.running[event.frame_id] = event
        recorded = Recorded(self._position, event.stream(), 1, self.now, 0, 0, 0, "test", event)
        queue_state.evolve(self.state, recorded)
        return recorded

    def restart(self, slots: int) -> list[Event]:
        self.running.clear()
        return self.tell(started(slots))

    def expose(
        self,
        number: int,
        data_type: DataType = "OBJECT",
        *,
        lane: Lane = "default",
        lost: tuple[int, ...] = (),
        seconds: float = 0.5,
        gain: Any = "high",
        night: str = NIGHT,
    ) -> list[Event]:
        """An exposure is taken and transferred."""
        self.tell(
            asked(number, data_type, lane, seconds, gain, night),
            camera.ExposureStarted(exposure_number=number, start_us=self.now),
            camera.ExposureFinished(exposure_number=number, end_us=self.now, det_ids=list(CHIPS)),
        )
        buffered = [chip for chip in CHIPS if chip not in lost]
        cubes = [
            transfer.ChipCubeBuffered(
                exposure_number=number, frame_id=frame(number, chip), path="p", blake3="s", size_bytes=1
            )
            for chip in buffered
        ]
        over = transfer.ExposureTransferred(exposure_number=number, buffered=len(cubes), lost=len(lost))
        return self.tell(*cubes, over)

    def calibrate(self) -> None:
        """Masters for 0.5 s are there."""
        for number, kind, seconds in ((1, "DARK", 0.5), (2, "DARK", 1.0), (3, "FLAT", 1.0)):
            self.expose(number, kind, seconds=seconds)  # type: ignore[arg-type]
            for chip in CHIPS:
                self.archive(number, chip, kind)

    def archive(self, number: int, chip: int, kind: str) -> list[Event]:
        """The engine has made a product."""
        name = frame(number, chip)
        archived = reduction.ProductArchived(
            exposure_number=number,
            frame_id=name,
            product_id=self.running[name].job_id,
            kind=kind,
            path=f"{kind}{number}",
            sha256="s",
            size_bytes=1,
        )
        return self.tell(archived, self.finished(name))

    def reject(self, number: int, chip: int, kind: str) -> list[Event]:
        name = frame(number, chip)
        rejected = reduction.ProductRejected(
            exposure_number=number, frame_id=name, kind=kind, reasons=["noise"]
        )
        return self.tell(rejected, self.finished(name))

    def finished(self, name: str) -> reduction.ReductionFinished:
        lease = self.running.pop(name)
        return reduction.ReductionFinished(
            exposure_number=lease.exposure_number,
            frame_id=name,
            job_id=lease.job_id,
            attempt=lease.attempt,
            stage_seconds={},
            steps_not_done=[],
        )

    def fail(self, name: str, *, permanent: bool = False) -> list[Event]:
        """The engine says that a job has failed."""
        self.running.pop(name)
        job = self.state.leased[name]
        return self.tell(queue.failure(job, "WorkerDied", "it died", permanent=permanent))

    def leased(self, events: list[Event]) -> list[str]:
        return [each.frame_id for each in events if isinstance(each, reduction.ReductionLeased)]

    def told(self, kind: type[Event]) -> list[Any]:
        return [each for each in self.events if isinstance(each, kind)]


@pytest.fixture
def engine() -> Engine:
    made = Engine()
    made.calibrate()
    made.events.clear()
    return made


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


class TestMasters:
    def test_what_needs_a_master_waits_for_it(self) -> None:
        engine = Engine(slots=8)
        engine.expose(1, "DARK")
        engine.expose(2, "DARK", seconds=1.0)
        engine.expose(3, "FLAT", seconds=1.0)
        assert engine.leased(engine.expose(4)) == []
        assert engine.leased(engine.archive(1, 101, "DARK")) == []
        assert engine.leased(engine.archive(2, 101, "DARK")) == [frame(3, 101)]

        assert engine.leased(engine.archive(3, 101, "FLAT")) == [frame(4, 101)]
        assert frame(4, 102) in engine.state.waiting["default"]

    def test_the_last_matching_ones_are_taken(self, engine: Engine) -> None:
        engine.expose(4, "DARK", seconds=0.5)
        engine.expose(5, "DARK", seconds=0.5, gain="low")
        engine.expose(6, "DARK", seconds=2.0)

        [queued] = [each for each in engine.expose(7) if isinstance(each, reduction.ReductionQueued)]

        assert (queued.dark_exposure, queued.flat_exposure) == (4, 3)

    @pytest.mark.parametrize(
        ("conditions", "missing"),
        [
            ({"seconds": 2.0}, "no master dark"),
            ({"gain": "low"}, "no master dark and no master flat"),
        ],
    )
    def test_without_a_matching_one_it_is_given_up(
        self, engine: Engine, conditions: dict[str, Any], missing: str
    ) -> None:
        engine.expose(4, **conditions)

        failures = engine.told(reduction.ReductionFailed)
        assert [(each.condition, each.given_up) for each in failures] == [("CalibrationMissing", True)] * 2
        assert failures[0].message.startswith(f"{missing} of this chip matches")
        assert queue.is_idle(engine.state)
        assert 4 not in engine.state.exposures

    def test_a_master_that_was_rejected_is_missing(self) -> None:
        engine = Engine(slots=8)
        engine.expose(1, "DARK", seconds=1.0)
        engine.expose(2, "FLAT", seconds=1.0)
        engine.reject(1, 101, "DARK")
        engine.archive(1, 102, "DARK")

        [failed] = engine.told(reduction.ReductionFailed)
        assert (failed.frame_id, failed.condition) == (frame(2, 101), "CalibrationMissing")
        assert list(engine.state.leased) == [frame(2, 102)]

    def test_a_master_that_was_given_up_is_missing(self) -> None:
        engine = Engine(slots=8)
        engine.expose(1, "DARK", seconds=1.0)
        engine.expose(2, "FLAT", seconds=1.0)
        engine.fail(frame(1, 101), permanent=True)

        conditions = [(each.frame_id, each.condition) for each in engine.told(reduction.ReductionFailed)]
        assert conditions == [(frame(1, 101), "WorkerDied"), (frame(2, 101), "CalibrationMissing")]

    def test_a_master_whose_cube_was_lost_is_missing(self) -> None:
        engine = Engine(slots=8)
        engine.expose(1, "DARK", seconds=1.0, lost=(101,))
        engine.expose(2, "FLAT", seconds=1.0)

        engine.archive(1, 102, "DARK")
        engine.archive(2, 102, "FLAT")

        [failed] = engine.told(reduction.ReductionFailed)
        assert (failed.frame_id, failed.condition) == (frame(2, 101), "CalibrationMissing")
        assert queue.is_idle(engine.state)


class TestOtherNights:
    """The last dark and flat taken are the ones used."""

    def test_those_of_an_earlier_night_are_used_when_tonight_has_none(self, engine: Engine) -> None:
        decided = engine.expose(4, night="2023-12-13")

        [queued] = [each for each in decided if isinstance(each, reduction.ReductionQueued)]
        assert (queued.dark_exposure, queued.flat_exposure) == (1, 3)
        assert (queued.dark_night, queued.flat_night) == (NIGHT, NIGHT)
        assert engine.leased(decided) == [frame(4, 101), frame(4, 102)]

    def test_one_without_any_master_is_passed_over(self, engine: Engine) -> None:
        engine.expose(4, "FLAT", seconds=1.0, night="2023-12-13")
        for chip in CHIPS:
            engine.reject(4, chip, "FLAT")

        [queued] = [each for each in engine.expose(5) if isinstance(each, reduction.ReductionQueued)]

        assert queued.flat_exposure == 3

    def test_a_chip_whose_master_was_rejected_uses_the_one_before(self, engine: Engine) -> None:
        engine.expose(4, "FLAT", seconds=1.0)
        engine.reject(4, 101, "FLAT")
        engine.archive(4, 102, "FLAT")

        leased = [each for each in engine.expose(5) if isinstance(each, reduction.ReductionLeased)]

        assert [(each.frame_id, each.flat_exposure) for each in leased] == [
            (frame(5, 101), 3),
            (frame(5, 102), 4),
        ]
        used = {name: engine.state.leased[name].flat_exposure for name in engine.state.leased}
        assert used == {frame(5, 101): 3, frame(5, 102): 4}

    def test_one_in_the_making_is_waited_for_and_then_the_one_before_is_used(self, engine: Engine) -> None:
        engine.expose(4, "FLAT", seconds=1.0)
        assert engine.leased(engine.expose(5)) == []

        assert engine.leased(engine.reject(4, 101, "FLAT")) == [frame(5, 101)]
        assert engine.state.leased[frame(5, 101)].flat_exposure == 3

    def test_one_taken_later_is_not_used_by_what_was_queued_before(self, engine: Engine) -> None:
        engine.restart(0)
        engine.expose(4)
        engine.expose(5, "DARK")

        leased = [each for each in engine.restart(4) if isinstance(each, reduction.ReductionLeased)]

        assert {each.frame_id: each.dark_exposure for each in leased} == {
            frame(5, 101): None,
            frame(5, 102): None,
            frame(4, 101): 1,
            frame(4, 102): 1,
        }

    def test_the_newest_three_of_a_kind_that_have_a_master_are_remembered(self, engine: Engine) -> None:
        for number in range(4, 9):
            engine.expose(number, "DARK", night=f"2023-12-{number + 10}")
            for chip in CHIPS:
                engine.archive(number, chip, "DARK")
        engine.expose(9, "DARK")
        for chip in CHIPS:
            engine.reject(9, chip, "DARK")

        assert [each.exposure_number for each in engine.state.calibrations] == [2, 3, 6, 7, 8]
        assert set(engine.state.masters) == {2, 3, 6, 7, 8}

    def test_a_job_that_waits_keeps_what_it_needs(self, engine: Engine) -> None:
        engine.restart(1)
        engine.expose(4)
        for number in range(5, 10):
            engine.expose(number, "DARK")
        while engine.state.leased:
            name = next(iter(engine.state.leased))
            engine.archive(_number(engine, name), _chip(name), _kind(engine, name))

        used = {each.dark_exposure for each in engine.told(reduction.ReductionLeased) if each.flat_exposure}
        assert used == {1}
        assert [each.exposure_number for each in engine.state.calibrations] == [2, 3, 7, 8, 9]


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

    def test_kept_frames_take_memory_and_the_solver_takes_ram_disk(self) -> None:
        plain, kept = (needs_of("OBJECT", 18, steps) for steps in (["stack"], ["wcs", "neo"]))
        assert plain.memory_mb < kept.memory_mb < 600
        assert (plain.ram_disk_mb, kept.ram_disk_mb > 0) == (0, True)
        assert needs_of("DARK", 360, []) == needs_of("DARK", 36, [])


class TestLostEngine:
    def test_its_jobs_wait_and_no_attempt_is_held_against_them(self, engine: Engine) -> None:
        engine.expose(4, "DARK")
        for _ in range(4):
            lost = reduction.ReductionEngineLost(engine="test", condition="EngineLost", message="")
            assert engine.leased(engine.tell(lost)) == []
            assert engine.leased(engine.restart(4)) == [frame(4, 101), frame(4, 102)]
        assert engine.told(reduction.ReductionFailed) == []


class TestAttempts:
    def test_a_job_is_tried_three_times(self, engine: Engine) -> None:
        engine.expose(4)
        name = frame(4, 101)

        assert engine.leased(engine.fail(name)) == [name]
        assert engine.leased(engine.fail(name)) == [name]
        assert engine.leased(engine.fail(name)) == []

        failures = engine.told(reduction.ReductionFailed)
        assert [(each.attempt, each.given_up) for each in failures] == [(1, False), (2, False), (3, True)]
        assert engine.leased(engine.expose(5)) == [frame(5, 101), frame(5, 102)]

    def test_a_permanent_failure_is_not_tried_again(self, engine: Engine) -> None:
        engine.expose(4)

        assert engine.leased(engine.fail(frame(4, 101), permanent=True)) == []

    def test_every_attempt_has_the_same_job_id(self, engine: Engine) -> None:
        engine.expose(4)
        engine.fail(frame(4, 101))

        leases = [each for each in engine.told(reduction.ReductionLeased) if each.frame_id == frame(4, 101)]
        assert len(leases) == 2
        assert len({each.job_id for each in leases}) == 1

    def test_every_attempt_tells_the_same_position_of_its_queueing(self, engine: Engine) -> None:
        engine.expose(4)
        before = engine.state.leased[frame(4, 101)].queued_position
        engine.wake()

        again = engine.state.leased[frame(4, 101)]
        assert (again.attempt, again.queued_position) == (2, before)
        assert before < again.position

    def test_the_job_id_depends_on_the_code(self, engine: Engine) -> None:
        other = Engine()
        other.tell(
            system.CodeRegistered(version="2", source_sha256="f" * 64, commit="", python="3.11", packages={})
        )
        other.calibrate()

        before, after = (
            next(each.job_id for each in each_engine.expose(4) if isinstance(each, reduction.ReductionLeased))
            for each_engine in (engine, other)
        )

        assert before != after

    def test_a_lease_that_runs_out_is_given_again(self, engine: Engine) -> None:
        engine.expose(4)
        leased_at = engine.now

        decided = engine.wake()

        assert engine.now == leased_at + 600 * SECOND
        expired = [each.frame_id for each in decided if isinstance(each, reduction.ReductionLeaseExpired)]
        assert expired == engine.leased(decided) == [frame(4, 101), frame(4, 102)]
        assert {each.attempt for each in engine.state.leased.values()} == {2}

    def test_a_job_that_never_answers_is_given_up(self, engine: Engine) -> None:
        engine.expose(4)

        for _ in range(3):
            engine.wake()

        assert {(each.condition, each.given_up) for each in engine.told(reduction.ReductionFailed)} == {
            ("LeaseExpired", True)
        }
        assert queue.is_idle(engine.state)
        assert queue.next_wakeup(engine.state, engine.now) is None

    def test_a_result_that_comes_after_its_lease_counts_once(self, engine: Engine) -> None:
        engine.expose(4)
        late = engine.finished(frame(4, 101))
        engine.wake()

        engine.tell(late)
        engine.tell(engine.finished(frame(4, 101)))
        engine.tell(engine.finished(frame(4, 102)))

        assert queue.is_idle(engine.state)
        assert engine.state.exposures == {}

    def test_a_failure_that_comes_after_its_lease_does_not_end_the_next_one(self, engine: Engine) -> None:
        engine.expose(4)
        job = engine.state.leased[frame(4, 101)]
        late = queue.failure(job, "WorkerDied", "it died", permanent=False)
        engine.wake()

        engine.tell(late)

        assert engine.state.leased[frame(4, 101)].attempt == 2


class TestRestart:
    def test_an_engine_that_starts_anew_holds_no_lease(self, engine: Engine) -> None:
        engine.expose(4)
        engine.expose(5)

        decided = engine.restart(3)

        assert engine.leased(decided) == [frame(4, 101), frame(4, 102), frame(5, 101)]
        assert len(engine.state.leased) == 3

    def test_what_was_transferred_before_is_queued_then(self, engine: Engine) -> None:
        # given that the process died before it decided on the transfer
        cube = transfer.ChipCubeBuffered(
            exposure_number=4, frame_id=frame(4, 101), path="p", blake3="s", size_bytes=1
        )
        for event in (asked(4), cube, transfer.ExposureTransferred(exposure_number=4, buffered=1, lost=1)):
            engine.take_in(event)
        assert not queue.is_idle(engine.state)

        assert engine.leased(engine.restart(4)) == [frame(4, 101)]


class TestIdle:
    def test_it_is_idle_when_nothing_waits_and_nothing_runs(self, engine: Engine) -> None:
        assert queue.is_idle(engine.state)
        engine.expose(4)
        assert not queue.is_idle(engine.state)
        engine.archive(4, 101, "STACK")
        assert not queue.is_idle(engine.state)
        engine.archive(4, 102, "STACK")
        assert queue.is_idle(engine.state)


KINDS: list[DataType] = ["DARK", "FLAT", "OBJECT", "OBJECT"]
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("expose"),
            st.sampled_from(KINDS),
            st.sampled_from(["default", "express"]),
            st.sampled_from([(), (101,), CHIPS]),
        ),
        st.tuples(st.sampled_from(["archive", "reject", "fail", "permanent", "late"]), st.integers(0, 20)),
        st.tuples(st.just("wake")),
        st.tuples(st.just("restart"), st.integers(1, 5)),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(steps=steps, slots=st.integers(1, 5))
def test_no_job_is_lost_nor_leased_twice_at_once(steps: list[tuple[Any, ...]], slots: int) -> None:
    engine = Engine(slots)
    number = 0
    late: list[Event] = []
    for step in steps:
        number += step[0] == "expose"
        _do(engine, step, number, late)
        _check(engine)
    for event in late:
        engine.tell(event)
        _check(engine)
    while engine.state.leased:
        name = next(iter(engine.state.leased))
        engine.archive(engine.state.leased[name].exposure_number, int(name[-2:]) + 100, _kind(engine, name))
        _check(engine)

    assert queue.is_idle(engine.state), "with nothing running, nothing can be waiting"
    assert engine.state.exposures == {}
    buffered = {each.frame_id for each in engine.told(transfer.ChipCubeBuffered)}
    finished = {each.frame_id for each in engine.told(reduction.ReductionFinished)}
    given_up = {each.frame_id for each in engine.told(reduction.ReductionFailed) if each.given_up}
    assert finished | given_up == buffered


def _kind(engine: Engine, name: str) -> str:
    kind = engine.state.leased[name].data_type
    return "STACK" if kind == "OBJECT" else kind


def _do(engine: Engine, step: tuple[Any, ...], number: int, late: list[Event]) -> None:
    match step:
        case ("expose", kind, lane, lost):
            engine.expose(number, kind, lane=lane, lost=lost, seconds=1.0)
        case ("wake",):
            if engine.state.leased:
                engine.wake()
        case ("restart", slots):
            engine.restart(slots)
        case (how, index):
            names = list(engine.state.leased)
            if not names:
                return
            name = names[index % len(names)]
            result: dict[str, Callable[[], object]] = {
                "archive": lambda: engine.archive(_number(engine, name), _chip(name), _kind(engine, name)),
                "reject": lambda: engine.reject(_number(engine, name), _chip(name), _kind(engine, name)),
                "fail": lambda: engine.fail(name),
                "permanent": lambda: engine.fail(name, permanent=True),
                # a result that is on the way while its lease ends
                "late": lambda: late.append(_result_of(engine, name)),
            }
            result[how]()


def _number(engine: Engine, name: str) -> int:
    return engine.state.leased[name].exposure_number


def _chip(name: str) -> int:
    return 100 + int(name[-2:])


def _result_of(engine: Engine, name: str) -> Event:
    lease = engine.running[name]
    result = engine.finished(name)
    engine.running[name] = lease
    return result


def _check(engine: Engine) -> None:
    state = engine.state
    waiting = [name for lane in state.waiting.values() for name in lane]
    assert len(state.leased) <= state.total.cpus
    assert not set(waiting) & set(state.leased)
    assert len(waiting) == len(set(waiting))
    held: dict[str, int] = {}  # every lease is over before the next one of the same frame begins
    for event in engine.events:
        match event:
            case reduction.ReductionEngineStarted():
                held.clear()
            case reduction.ReductionLeased():
                assert event.frame_id not in held
                held[event.frame_id] = event.attempt
            case reduction.ReductionFinished():
                held.pop(event.frame_id, None)
            case reduction.ReductionFailed() | reduction.ReductionLeaseExpired():
                if held.get(event.frame_id) == event.attempt:
                    del held[event.frame_id]
            case _:
                pass
    assert set(held) == set(state.leased)

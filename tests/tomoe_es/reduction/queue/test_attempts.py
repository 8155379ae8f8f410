"""What fails or is lost with its worker or engine is tried again, or given up by name."""

from __future__ import annotations

import uuid

import msgspec

from tests.tomoe_es.reduction.queue.played_engine import Engine, asked, frame
from tomoe_es.clock import SECOND
from tomoe_es.events import reduction, system, transfer
from tomoe_es.reduction import queue


class TestLostEngine:
    def test_its_jobs_wait_and_no_attempt_is_held_against_them(self, engine: Engine) -> None:
        engine.expose(4, "DARK")
        for _ in range(4):
            lost = reduction.ReductionEngineLost(engine="test", condition="EngineLost", message="")
            assert engine.leased(engine.tell(lost)) == []
            assert engine.leased(engine.restart(4)) == [frame(4, 101), frame(4, 102)]
        assert engine.told(reduction.ReductionFailed) == []

    def test_who_is_given_up_afterwards_is_told_which_attempts_count(self, engine: Engine) -> None:
        engine.expose(4)
        engine.tell(reduction.ReductionEngineLost(engine="test", condition="EngineLost", message=""))
        engine.restart(4)

        for _ in range(3):
            engine.wake()

        told = engine.told(reduction.ReductionFailed)
        assert {(each.attempt, each.message, each.given_up) for each in told} == {
            (4, "no result from 3 attempts, besides 1 that ended with the engine", True)
        }


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

    def test_the_job_id_is_the_uuid_of_what_the_job_is_made_of(self, engine: Engine) -> None:
        engine.expose(4)

        for job in engine.state.leased.values():
            namespace = uuid.uuid5(uuid.NAMESPACE_DNS, "reduction-job.tomoe-es")
            assert job.job_id == str(uuid.uuid5(namespace, job.name))

    def test_leases_stand_in_the_order_in_which_they_end(self, engine: Engine) -> None:
        engine.expose(4)
        first, second = engine.state.leased
        [lease, _] = engine.told(reduction.ReductionLeased)

        expired = reduction.ReductionLeaseExpired(
            exposure_number=4, frame_id=first, job_id=lease.job_id, attempt=lease.attempt
        )

        engine.take_in(expired)
        sooner = msgspec.structs.replace(
            lease, attempt=lease.attempt + 1, lease_until_us=lease.lease_until_us - 1
        )
        engine.take_in(sooner)

        assert list(engine.state.leased) == [first, second]
        assert queue.next_wakeup(engine.state, engine.now) == sooner.lease_until_us

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

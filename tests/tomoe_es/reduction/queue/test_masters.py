"""Masters first: the dark and flat that an exposure is reduced with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tomoe_es.reduction.queue.played_engine import (
    CHIPS,
    NIGHT,
    Engine,
    chip_of,
    frame,
    kind_of,
    number_of,
)
from tomoe_es.events import reduction
from tomoe_es.reduction import queue


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
            ({"seconds": 2.0}, "no master dark of 2 s with high gain"),
            ({"gain": "low"}, "no master dark of 0.5 s and no master flat with low gain"),
        ],
    )
    def test_without_a_matching_one_it_is_given_up(
        self, engine: Engine, conditions: dict[str, Any], missing: str
    ) -> None:
        engine.expose(4, **conditions)

        failures = engine.told(reduction.ReductionFailed)
        assert [(each.condition, each.given_up) for each in failures] == [("CalibrationMissing", True)] * 2
        assert failures[0].message.startswith(f"{missing} of this chip is there")
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
            engine.archive(number_of(engine, name), chip_of(name), kind_of(engine, name))

        used = {each.dark_exposure for each in engine.told(reduction.ReductionLeased) if each.flat_exposure}
        assert used == {1}
        assert [each.exposure_number for each in engine.state.calibrations] == [2, 3, 7, 8, 9]

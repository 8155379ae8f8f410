"""The time to live of raw cubes: a cube goes when it is reduced and its time is over, and not before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.simulator.stepped import START_US, Line
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event
from tomoe_es.events.reduction import ReductionFailed, ReductionFinished
from tomoe_es.events.system import NightPlanned
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeExpired
from tomoe_es.transfer import time_to_live
from tomoe_es.transfer.time_to_live import BufferState


def planned(ttl_seconds: float) -> NightPlanned:
    return NightPlanned(
        night="2023-12-12",
        start_up_us=START_US,
        sunset_us=START_US,
        calibration_us=START_US,
        observing_start_us=START_US,
        observing_end_us=START_US + HOUR,
        sunrise_us=START_US + HOUR,
        chips=[101],
        simulated=True,
        pixels=False,
        seed=1,
        dark_frames=1,
        flat_frames=1,
        script="clear",
        buffer_ttl_seconds=ttl_seconds,
    )


def buffered(number: int) -> ChipCubeBuffered:
    return ChipCubeBuffered(
        exposure_number=number,
        frame_id=str(number),
        path=f"night/{number}.fits",
        blake3=f"digest {number}",
        size_bytes=1,
    )


def expired(number: int) -> ChipCubeExpired:
    return ChipCubeExpired(
        exposure_number=number, frame_id=str(number), path=f"night/{number}.fits", blake3=f"digest {number}"
    )


def finished(number: int) -> ReductionFinished:
    return ReductionFinished(
        exposure_number=number,
        frame_id=str(number),
        job_id="job",
        attempt=1,
        stage_seconds={},
        steps_not_done=[],
    )


def failed(number: int, *, given_up: bool) -> ReductionFailed:
    return ReductionFailed(
        exposure_number=number,
        frame_id=str(number),
        job_id="job",
        attempt=1,
        condition="",
        message="",
        given_up=given_up,
    )


def buffer_line() -> Line:
    line = Line()
    fold = Fold(time_to_live.initial(), time_to_live.evolve, time_to_live.EVENT_TYPES)
    line.conductor.add([time_to_live.decider(fold)])
    line.conductor.start()
    return line


@pytest.fixture
def line() -> Line:
    """A buffer storage on which cubes live for a minute."""
    line = buffer_line()
    line.record(planned(60))
    return line


def expiries(line: Line) -> list[tuple[float, Event]]:
    return list(zip(line.times(ChipCubeExpired), line.payloads(ChipCubeExpired), strict=True))


def test_a_reduced_cube_goes_when_its_time_is_over(line: Line) -> None:
    line.record(buffered(1))
    line.run_until(30)
    done = line.record(finished(1))
    line.run_until(1000)
    assert expiries(line) == [(90, expired(1))]
    assert line.of(ChipCubeExpired)[0].cause == done.position


def test_a_cube_that_is_not_reduced_stays(line: Line) -> None:
    line.record(buffered(1))
    line.record(failed(1, given_up=False))
    line.run_until(100_000)
    assert expiries(line) == []


def test_a_cube_that_was_given_up_goes_too(line: Line) -> None:
    line.record(buffered(1))
    line.record(failed(1, given_up=True))
    line.run_until(1000)
    assert expiries(line) == [(60, expired(1))]


def test_reduced_twice_it_goes_once_and_as_at_first(line: Line) -> None:
    line.record(buffered(1))
    line.record(finished(1))
    line.run_until(30)
    line.record(finished(1))
    line.run_until(1000)
    assert expiries(line) == [(60, expired(1))]


def test_cubes_reduced_together_go_together(line: Line) -> None:
    line.conductor.record([buffered(1), buffered(2), finished(2), finished(1)], actor="test")
    line.run_until(1000)
    assert expiries(line) == [(60, expired(2)), (60, expired(1))]


def test_a_later_night_with_a_shorter_time_does_not_wait_for_an_earlier_one(line: Line) -> None:
    line.record(planned(10_000))
    line.record(buffered(1))
    line.record(finished(1))
    line.record(planned(5))
    line.record(buffered(2))
    line.record(finished(2))
    line.run_until(20_000)
    assert expiries(line) == [(5, expired(2)), (10_000, expired(1))]


def test_two_states_hold_nothing_in_common() -> None:
    first, second = time_to_live.initial(), time_to_live.initial()
    first.cubes["1"] = time_to_live.RawCube(1, "1", "path", "digest", 1)
    first.reduced.append("1")
    assert second == BufferState()


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["buffer", "reduce", "plan"]), st.integers(0, 50)),
        max_size=30,
    )
)
def test_each_cube_lives_exactly_as_long_as_its_night_said(deeds: list[tuple[int, str, int]]) -> None:
    line = buffer_line()
    line.record(planned(20))
    ttl, now, due = 20, 0, dict[int, int]()
    for number, (pause, what, choice) in enumerate(deeds, start=1):
        now += pause
        line.run_until(now)
        unreduced = [each for each in range(1, number) if deeds[each - 1][1] == "buffer" and each not in due]
        if what == "buffer":
            line.record(buffered(number))
        elif what == "plan":
            ttl = choice
            line.record(planned(ttl))
        elif unreduced:
            cube = unreduced[choice % len(unreduced)]
            line.record(finished(cube))
            due[cube] = now + ttl
    line.run_until(now + 100)
    assert sorted(expiries(line), key=lambda each: each[1].exposure_number) == [  # type: ignore[attr-defined]
        (due[cube], expired(cube)) for cube in sorted(due)
    ]
    assert line.timers.now() == START_US + (now + 100) * SECOND

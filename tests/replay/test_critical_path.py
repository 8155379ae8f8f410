"""The way from the shutter to the archive, part by part, from events whose times are known."""

from __future__ import annotations

import pytest

from replay.critical_path import TYPES, critical_paths, paths
from replay.night import ReplayedNight
from tests.replay.test_timing import START, told
from tomoe_es.clock import SECOND
from tomoe_es.events import Event, camera, reduction, transfer

ONE, TWO = "TMQ1202312120000000101", "TMQ1202312120000000102"


def acquired(frame_id: str, shutter: float) -> Event:
    return camera.ChipCubeAcquired(
        exposure_number=1,
        frame_id=frame_id,
        frames=18,
        frames_lost=0,
        gps_start_us=0,
        gps_end_us=START + round(shutter * SECOND),
    )


def buffered(frame_id: str) -> Event:
    return transfer.ChipCubeBuffered(exposure_number=1, frame_id=frame_id, path="p", blake3="", size_bytes=1)


def queued(*frame_ids: str) -> Event:
    return reduction.ReductionQueued(
        exposure_number=1,
        lane="default",
        data_type="OBJECT",
        steps=[],
        frame_ids=list(frame_ids),
        dark_exposure=None,
        flat_exposure=None,
        dark_night=None,
        flat_night=None,
    )


def leased(frame_id: str, attempt: int = 1) -> Event:
    return reduction.ReductionLeased(
        exposure_number=1,
        frame_id=frame_id,
        job_id="j",
        attempt=attempt,
        lease_until_us=0,
        dark_exposure=None,
        flat_exposure=None,
    )


def archived(frame_id: str, kind: str = "STACK") -> Event:
    return reduction.ProductArchived(
        exposure_number=1, frame_id=frame_id, product_id=kind, kind=kind, path="p", sha256="", size_bytes=1
    )


def finished(frame_id: str, **stage_seconds: float) -> Event:
    return reduction.ReductionFinished(
        exposure_number=1,
        frame_id=frame_id,
        job_id="j",
        attempt=1,
        stage_seconds=stage_seconds,
        steps_not_done=[],
    )


def test_the_parts_follow_each_other_and_add_up_to_the_whole() -> None:
    events = told(
        (10, acquired(ONE, shutter=9)),
        (10.5, acquired(TWO, shutter=9)),
        (13, buffered(ONE)),
        (17, buffered(TWO)),
        (17, queued(ONE, TWO)),
        (20, leased(ONE)),
        (50, leased(ONE, attempt=2)),
        (60, archived(ONE)),
        (60, archived(ONE, "CUBE")),
        (60, finished(ONE, stack=2.0, write=5.0)),
    )
    stack, cube = paths(events)
    assert stack.parts == {
        "read out": 1.0,
        "ring to buffer": 3.0,
        "wait for the other chips": 4.0,
        "wait for a slot": 3.0,
        "earlier attempts": 30.0,
        "reduce: stack": 2.0,
        "reduce: write": 5.0,
        "reduce: beside its stages": 3.0,
    }
    assert (stack.product, stack.total, stack.longest) == (f"STACK {ONE}", 51.0, "earlier attempts")
    assert (cube.product, cube.position, cube.parts) == (f"CUBE {ONE}", 9, stack.parts)


def test_stages_of_a_simulated_night_are_shortened_to_the_time_that_the_reduction_took() -> None:
    events = told(
        (0, acquired(ONE, shutter=0)),
        (0, buffered(ONE)),
        (0, queued(ONE)),
        (0, leased(ONE)),
        (3, archived(ONE)),
        (3, finished(ONE, stack=2.0, write=4.0)),
    )
    [path] = paths(events)
    assert {name: seconds for name, seconds in path.parts.items() if seconds} == {
        "reduce: stack": 1.0,
        "reduce: write": 2.0,
    }


def test_what_was_lost_or_rejected_has_no_way_to_the_archive() -> None:
    lost = transfer.ChipCubeLost(exposure_number=1, frame_id=TWO, condition="RingOverwritten", message="")
    events = told(
        (0, acquired(ONE, shutter=0)),
        (0, acquired(TWO, shutter=0)),
        (1, lost),
        (1, buffered(ONE)),
        (1, queued(ONE)),
        (1, leased(ONE)),
        (2, finished(ONE)),
    )
    found = critical_paths(events)
    assert (found.products, found.whole, found.parts, found.examples, found.slowest) == (0, None, [], {}, [])


def test_percentiles_and_what_dominated_over_a_night() -> None:
    moments: list[tuple[float, Event]] = []
    for number in range(10):
        frame_id = f"TMQ12023121200000{number + 1:03d}01"
        start = number * 100.0
        moments += [
            (start, acquired(frame_id, shutter=start)),
            (start + 2, buffered(frame_id)),
            (start + 2, queued(frame_id)),
            (start + 2 + number, leased(frame_id)),
            (start + 7 + number, archived(frame_id)),
            (start + 7 + number, finished(frame_id)),
        ]
    found = critical_paths(told(*moments))
    parts = {each.name: each for each in found.parts}
    assert found.products == 10
    assert found.whole is not None
    assert (found.whole.p50, found.whole.p90, found.whole.p99) == (11.0, 15.0, 16.0)
    assert (parts["wait for a slot"].p50, parts["wait for a slot"].dominated) == (4.0, 5)
    assert parts["reduce"].dominated == 5  # of two equal ones the first dominates
    assert {name: path.total for name, path in found.examples.items()} == {
        "p50": 11.0,
        "p90": 15.0,
        "p99": 16.0,
    }
    assert [each.total for each in found.slowest] == [16.0, 15.0, 14.0, 13.0, 12.0]
    assert sum(each.total for each in found.parts) == pytest.approx(found.whole.total)


def test_every_product_of_a_night_has_a_way(night: ReplayedNight) -> None:
    types = [type(each.payload).__name__ for each in night.events()]
    ways = list(paths(night.log.read(types=TYPES)))
    assert len(ways) == types.count("ProductArchived") > 0
    assert ways == list(paths(night.events()))
    for each in ways:
        took = (night.event(each.position).time - each.shutter_us) / SECOND
        assert each.total == pytest.approx(took)

"""What the reduction of a night took, from events whose times are known."""

from __future__ import annotations

import pytest

from replay.reduction_statistics import OfKind, reduction_statistics
from tests.replay.test_timing import told
from tomoe_es.events import Event, reduction

Moment = tuple[float, Event]


def frame(chip: int) -> str:
    return f"TMQ12023121200000001{chip:02d}"


def reduced(chip: int, finished: float, stages: dict[str, float], **archived: bool) -> list[Moment]:
    """A chip that is leased at 10 s, with its products archived or rejected."""
    about = {"exposure_number": 1, "frame_id": frame(chip)}
    job = about | {"job_id": "j", "attempt": 1}
    leased = reduction.ReductionLeased(
        **job,  # type: ignore[arg-type]
        lease_until_us=0,
        dark_exposure=None,
        flat_exposure=None,
    )
    products: list[Event] = [
        reduction.ProductArchived(**about, product_id="p", kind=kind, path="", sha256="", size_bytes=1)  # type: ignore[arg-type]
        if good
        else reduction.ProductRejected(**about, kind=kind, reasons=[])  # type: ignore[arg-type]
        for kind, good in archived.items()
    ]
    ended = reduction.ReductionFinished(**job, stage_seconds=stages, steps_not_done=[])  # type: ignore[arg-type]
    return [(10, leased), *((finished, each) for each in (*products, ended))]


@pytest.fixture
def kinds() -> dict[str, OfKind]:
    """Three chips queued at 4 s; one has a cube too, one is rejected."""
    queued = reduction.ReductionQueued(
        exposure_number=1,
        lane="default",
        data_type="OBJECT",
        steps=["stack"],
        frame_ids=[frame(chip) for chip in (1, 2, 3)],
        dark_exposure=None,
        flat_exposure=None,
        dark_night=None,
        flat_night=None,
    )
    cube = {"read": 0.1, "stack": 0.3, "write STACK": 0.1, "write CUBE": 0.5}
    events = told(
        (4, queued),
        *reduced(1, 15, {"read": 0.1, "stack": 0.2, "write STACK": 0.1}, STACK=True),
        *reduced(2, 20, cube, STACK=True, CUBE=True),
        *reduced(3, 30, {"read": 0.3, "stack": 0.5}, STACK=False),
    )
    return {each.kind: each for each in reduction_statistics(events).kinds}


def test_each_kind_of_product_has_the_stages_that_led_to_it(kinds: dict[str, OfKind]) -> None:
    assert [each.name for each in kinds["STACK"].stages] == ["read", "stack", "write STACK"]
    assert [each.name for each in kinds["CUBE"].stages] == ["read", "stack", "write CUBE"]
    assert (kinds["STACK"].chips, kinds["STACK"].rejected) == (3, 1)
    assert (kinds["CUBE"].chips, kinds["CUBE"].rejected) == (1, 0)


def test_a_stage_has_its_distribution(kinds: dict[str, OfKind]) -> None:
    stack = kinds["STACK"].stages[1]
    assert (stack.count, stack.p50, stack.p95, stack.longest) == (3, 0.3, 0.5, 0.5)
    assert stack.share == pytest.approx(1.0 / 1.7)
    together = kinds["STACK"].together
    assert together is not None
    assert (together.count, together.longest) == (3, pytest.approx(0.8))
    assert together.p50 == pytest.approx(0.5)


def test_the_bottleneck_is_where_the_time_goes(kinds: dict[str, OfKind]) -> None:
    assert kinds["STACK"].bottleneck == "stack"
    assert kinds["CUBE"].bottleneck == "write CUBE"


def test_waiting_and_working_are_of_the_night_s_clock(kinds: dict[str, OfKind]) -> None:
    waiting, working = kinds["STACK"].way
    assert (waiting.p50, waiting.longest) == (6.0, 6.0)
    assert (working.p50, working.longest) == (10.0, 20.0)


def test_chips_that_were_given_up_are_counted_by_condition() -> None:
    events = told(
        *(
            (
                10 + attempt,
                reduction.ReductionFailed(
                    exposure_number=1,
                    frame_id=frame(chip),
                    job_id="j",
                    attempt=attempt,
                    condition=condition,
                    message="",
                    given_up=given_up,
                ),
            )
            for chip, attempt, condition, given_up in (
                (1, 1, "RawCubeCorrupt", True),
                (2, 1, "StorageFailed", False),
                (2, 2, "StorageFailed", True),
                (3, 1, "RawCubeCorrupt", True),
            )
        )
    )
    assert reduction_statistics(events).given_up == {"RawCubeCorrupt": 2, "StorageFailed": 1}


def test_of_nothing_there_is_nothing_to_tell() -> None:
    assert reduction_statistics([]).kinds == []

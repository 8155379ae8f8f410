"""Faults: when a device has which, and how work and time go together under slowness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator.devices.faults import Fault, Faults

TIMES = st.integers(0, 1000)


@st.composite
def slow_faults(draw: st.DrawFn) -> Faults:
    edges = sorted(draw(st.sets(TIMES, min_size=0, max_size=6)))
    return Faults(
        Fault(device="focus", kind="slow", from_us=from_us, to_us=to_us, factor=draw(st.floats(1, 50)))
        for from_us, to_us in zip(edges[::2], edges[1::2], strict=False)
    )


@given(slow_faults(), TIMES, st.integers(0, 2000))
def test_work_is_done_when_it_is_said_to_be_done(faults: Faults, begun: int, work: int) -> None:
    done = faults.done_at("focus", begun, work)
    assert faults.worked_us("focus", begun, done) >= work
    assert work == 0 or faults.worked_us("focus", begun, done - 1) <= work
    assert done >= begun + work


@given(slow_faults(), TIMES, TIMES, TIMES)
def test_work_adds_up_over_time(faults: Faults, first: int, second: int, third: int) -> None:
    begun, middle, end = sorted((first, second, third))
    parts = faults.worked_us("focus", begun, middle) + faults.worked_us("focus", middle, end)
    assert parts == pytest.approx(faults.worked_us("focus", begun, end), abs=1)


def test_a_fault_covers_its_beginning_but_not_its_end() -> None:
    faults = Faults([Fault(device="mount", kind="freeze", from_us=10, to_us=20)])
    assert [faults.active("mount", time) for time in (9, 10, 19, 20)] == [
        frozenset(), {"freeze"}, {"freeze"}, frozenset(),
    ]  # fmt: skip
    assert faults.active("focus", 15) == frozenset()
    assert [faults.next_change("mount", time) for time in (9, 10, 20)] == [10, 20, None]


def test_ending_a_fault_leaves_the_others() -> None:
    faults = Faults([Fault(device="mount", kind="freeze", from_us=10)])
    faults.begin(Fault(device="mount", kind="slow", from_us=10, factor=2))
    faults.end("mount", "freeze", 30)
    assert faults.active("mount", 29) == {"freeze", "slow"}
    assert faults.active("mount", 30) == {"slow"}
    faults.end("mount", "slow", 10)
    assert faults.active("mount", 10) == {"freeze"}


@pytest.mark.parametrize("factor", [0.5, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Fault(device="mount", kind="slow", from_us=0, to_us=1, factor=factor)


def test_a_fault_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Fault(device="mount", kind="fail", from_us=1, to_us=1)


def test_from_a_moment_on_there_may_be_other_faults_and_the_past_stays() -> None:
    lasting = Fault(device="focus", kind="slow", from_us=0, to_us=100, factor=2.0)
    faults = Faults([lasting, Fault(device="mount", kind="lie", from_us=10, to_us=90)])
    looked: list[str] = []
    for device in ("focus", "mount", "camera"):
        faults.watch(device, lambda device=device: looked.append(device))  # type: ignore[misc]

    faults.replace([lasting, Fault(device="camera", kind="fail", from_us=40, to_us=80)], 50)

    assert faults.active("mount", 49) == {"lie"}
    assert faults.active("mount", 50) == frozenset()
    assert faults.active("camera", 49) == frozenset()
    assert faults.active("camera", 50) == {"fail"}
    assert faults.slowness("focus", 70) == 2.0
    assert sorted(looked) == ["camera", "mount"]  # nothing changes for the focus

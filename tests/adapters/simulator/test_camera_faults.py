"""The simulated camera when it is slow, at fault, frozen, lying or cut off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator.devices.faults import FAULT_KINDS
from tests.adapters.simulator.stepped import START_US, Line, exposure_request
from tests.adapters.simulator.test_camera import (
    ListedImaging,
    abort,
    camera_states,
    connect,
    ends,
)
from tomoe_es.clock import SECOND
from tomoe_es.events.camera import (
    CameraRead,
    ChipCubeAcquired,
    ExposureAborted,
    ExposureFinished,
    ExposureRequested,
    ExposureStarted,
)
from tomoe_es.events.telescope import DeviceCommandFailed, DeviceReached, DeviceUnreachable
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeLost, ExposureTransferred
from tomoe_es.machines.judging.steps import judge_by_machines


@pytest.fixture
def imaging() -> ListedImaging:
    return ListedImaging()


@pytest.fixture
def line(imaging: ListedImaging) -> Line:
    """A line with a camera that reads idle."""
    line = Line()
    connect(line, imaging).start()
    return line


def refusals(line: Line) -> list[str]:
    return [
        each.message for each in line.payloads(DeviceCommandFailed) if isinstance(each, DeviceCommandFailed)
    ]


def test_slow_from_the_beginning(line: Line) -> None:
    line.fault("slow", 0, 1000, factor=3)
    line.record(exposure_request(1))
    line.run_until(60)
    assert line.times(ExposureStarted, ExposureFinished, ExposureTransferred) == [1.5, 28.5, 31.5]


def test_slow_for_a_while(line: Line) -> None:
    line.record(exposure_request(1))
    line.fault("slow", 2.5, 8.5, factor=6)  # one second's worth of frames in six
    line.run_until(60)
    assert line.times(ExposureStarted, ExposureFinished) == [0.5, 14.5]
    assert judge_by_machines(line.log.events) == []


def test_slow_begun_by_hand_in_the_middle(line: Line) -> None:
    line.record(exposure_request(1))
    line.run_until(4.5)
    line.fault("slow", 4.5, 1000, factor=2)
    line.run_until(60)
    assert line.times(ExposureFinished) == [14.5]


def test_failing_it_loses_its_exposure_and_refuses_others(line: Line, imaging: ListedImaging) -> None:
    line.fault("fail", 5, 50)
    line.record(exposure_request(1))
    line.run_until(20)
    line.record(exposure_request(2))
    abort(line, 2)
    line.run_until(60)
    line.record(exposure_request(3))
    line.run_until(100)
    assert ends(line) == [
        (5, "ExposureAborted", 1),
        (20, "ExposureAborted", 2),
        (69.5, "ExposureFinished", 3),
        (72.5, "ExposureTransferred", 3),
    ]
    assert camera_states(line)[:5] == [
        (0, "idle"), (0.5, "exposing"), (5, "fault"), (50, "idle"), (60.5, "exposing"),
    ]  # fmt: skip
    assert refusals(line) == ["the camera is in its fault state: look at it on site"]
    assert imaging.told == [("begin", 1), ("abort", 1), ("begin", 3), ("finish", 3)]
    assert [each.name for each in judge_by_machines(line.log.events)] == ["DeviceFault"]


def test_the_fault_is_told_before_the_loss_of_the_exposure(line: Line) -> None:
    line.fault("fail", 5, 50)
    request = line.record(exposure_request(1))
    line.run_until(5)
    [*_, fault, aborted, _] = line.log.events
    [started] = line.of(ExposureStarted)
    assert isinstance(fault.payload, CameraRead)
    assert fault.payload.state == "fault"
    assert isinstance(aborted.payload, ExposureAborted)
    assert (aborted.cause, aborted.correlation) == (started.position, request.correlation)


def test_frozen_it_repeats_itself_and_tells_no_end(line: Line) -> None:
    line.record(exposure_request(1))
    line.fault("freeze", 5, 100)
    line.run_until(99)
    assert ends(line) == []
    assert line.times(CameraRead)[2:] == [0.5, 5, 35, 65, 95]
    assert camera_states(line) == [(0, "idle"), (0.5, "exposing")]


def test_thawed_it_tells_what_happened_with_the_true_times(line: Line, imaging: ListedImaging) -> None:
    line.fault("freeze", 0.2, 40)
    line.record(exposure_request(1))
    line.run_until(39)
    assert line.of(ExposureStarted, ExposureFinished) == []
    line.run_until(60)
    [started] = line.payloads(ExposureStarted)
    [finished] = line.payloads(ExposureFinished)
    assert isinstance(started, ExposureStarted)
    assert isinstance(finished, ExposureFinished)
    assert started.start_us == START_US + SECOND // 2
    assert finished.end_us == started.start_us + 9 * SECOND
    assert line.times(ExposureStarted, ExposureFinished) == [40, 40.000001]
    assert imaging.told == [("begin", 1), ("finish", 1)]


@pytest.mark.parametrize("frozen_at", [0.2, 5.0])
def test_frozen_it_can_be_aborted(line: Line, imaging: ListedImaging, frozen_at: float) -> None:
    line.fault("freeze", frozen_at, 100)
    line.record(exposure_request(1))
    line.run_until(80)
    abort(line, 1, "not done within 73.5 s")
    line.run_until(200)
    assert ends(line) == [(80, "ExposureAborted", 1)]
    assert imaging.told == ([] if frozen_at < 0.5 else [("begin", 1), ("abort", 1)])
    assert camera_states(line)[-1][1] == "idle"


def test_lying_it_tells_an_exposure_that_is_not_there(line: Line, imaging: ListedImaging) -> None:
    line.fault("lie", 0, 2)
    line.record(exposure_request(1))
    line.run_until(60)
    assert ends(line) == [(9.5, "ExposureFinished", 1), (12.5, "ExposureTransferred", 1)]
    assert camera_states(line) == [(0, "idle"), (0.5, "exposing"), (9.5, "idle")]
    assert [
        (each.frames, each.frames_lost)
        for each in line.payloads(ChipCubeAcquired)
        if isinstance(each, ChipCubeAcquired)
    ] == [(18, 0)] * 2
    assert line.of(ChipCubeBuffered) == []
    assert {each.condition for each in line.payloads(ChipCubeLost) if isinstance(each, ChipCubeLost)} == {
        "FramesMissing"
    }
    assert line.payloads(ExposureTransferred) == [ExposureTransferred(exposure_number=1, buffered=0, lost=2)]
    assert imaging.told == []
    line.record(exposure_request(2))
    line.run_until(80)
    assert imaging.told == [("begin", 2), ("finish", 2)]


def test_a_lie_that_begins_later_leaves_the_exposure_alone(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.fault("lie", 2, 60)
    line.run_until(60)
    assert len(line.of(ChipCubeBuffered)) == 2
    assert imaging.told == [("begin", 1), ("finish", 1)]


def test_a_lied_exposure_can_be_aborted(line: Line, imaging: ListedImaging) -> None:
    line.fault("lie", 0, 60)
    line.record(exposure_request(1))
    line.run_until(4)
    abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(4, "ExposureAborted", 1)]
    assert imaging.told == []


@pytest.mark.parametrize("dropped_at", [0.2, 5.0])
def test_cut_off_it_loses_its_exposure(line: Line, imaging: ListedImaging, dropped_at: float) -> None:
    line.fault("drop", dropped_at, 50)
    line.record(exposure_request(1))
    line.run_until(60)
    assert ends(line) == [(dropped_at, "ExposureAborted", 1)]
    assert line.times(DeviceUnreachable, DeviceReached) == [dropped_at, 50]
    assert [time for time in line.times(CameraRead) if dropped_at <= time < 50] == []
    assert camera_states(line)[-1][1] == "idle"
    assert imaging.told == ([] if dropped_at < 0.5 else [("begin", 1), ("abort", 1)])
    assert [each.name for each in judge_by_machines(line.log.events)] == ["DeviceUnreachable"]


def test_cut_off_it_can_not_be_told_to_expose(line: Line, imaging: ListedImaging) -> None:
    line.fault("drop", 0, 50)
    asked = line.record(exposure_request(1))
    [failed] = line.of(DeviceCommandFailed)
    assert failed.cause == asked.position
    assert failed.payload == DeviceCommandFailed(
        device="camera",
        command="ExposureRequested",
        message="the connection to the camera is lost: check its line and power",
    )
    abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(0, "ExposureAborted", 1)]
    assert line.state.exposures == {}
    assert imaging.told == []


def test_cut_off_after_the_last_frame_the_cubes_still_arrive(line: Line) -> None:
    line.record(exposure_request(1))
    line.fault("drop", 10, 50)
    line.run_until(60)
    assert ends(line) == [(9.5, "ExposureFinished", 1), (12.5, "ExposureTransferred", 1)]
    assert len(line.of(ChipCubeBuffered)) == 2


def test_a_fault_of_the_moment_of_a_command_comes_before_it(line: Line) -> None:
    def ask() -> None:
        line.record(exposure_request(1))

    line.timers.call_at(START_US + 10 * SECOND, ask)
    line.fault("fail", 10, 50)
    line.run_until(60)
    assert camera_states(line) == [(0, "idle"), (10, "fault"), (50, "idle")]
    assert len(refusals(line)) == 1
    assert line.times(CameraRead)[2:] == [10, 40, 50]


Deed = tuple[float, str, float]
"""When, what ('expose', 'abort' or a kind of fault), and for how long the fault."""

deeds = st.lists(
    st.tuples(
        st.integers(0, 600).map(lambda tenths: tenths / 10),
        st.sampled_from(("expose", "expose", "abort", *FAULT_KINDS)),
        st.integers(1, 400).map(lambda tenths: tenths / 10),
    ),
    max_size=14,
)


@given(deeds)
def test_whatever_happens_each_exposure_ends_exactly_once(deeds: list[Deed]) -> None:
    """An exposure is finished and transferred, or aborted; what is begun is finished or aborted."""
    imaging, line = ListedImaging(), Line()
    connect(line, imaging).start()

    def do(what: str, begin: float, length: float) -> None:
        if what == "expose":
            line.record(exposure_request(line.state.last_exposure_number + 1, frames=8))
        elif what == "abort" and line.state.last_exposure_number:
            abort(line, line.state.last_exposure_number)
        for kind in FAULT_KINDS:
            if kind == what:
                line.fault(kind, begin, begin + length, factor=2.0)

    for begin, what, length in sorted(deeds):
        line.run_until(begin)
        do(what, begin, length)
    line.run_until(300)
    for number in list(line.state.exposures):
        assert refusals(line), "only an exposure that was refused is still open"
        abort(line, number)
    line.run_until(310)

    asked = [each.payload.exposure_number for each in line.of(ExposureRequested)]  # type: ignore[attr-defined]
    over = [number for _, name, number in ends(line) if name != "ExposureFinished"]
    assert sorted(over) == sorted(asked)
    begun = [number for what, number in imaging.told if what == "begin"]
    done = [number for what, number in imaging.told if what != "begin"]
    assert sorted(done) == sorted(begun)
    assert len(set(begun)) == len(begun)
    assert line.state.exposures == {}
    departed = [each.thing for each in judge_by_machines(line.log.events)]
    assert not [each for each in departed if each.startswith(("exposure", "chip"))]
    assert [each.state for each in line.payloads(CameraRead)][-1] == "idle"  # type: ignore[attr-defined]

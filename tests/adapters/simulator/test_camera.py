"""The simulated camera: an exposure from its request to the buffer storage, however it ends."""

from __future__ import annotations

from typing import Literal

import pytest

from adapters.simulator.camera import SimulatedCamera, StartedExposure
from tests.adapters.simulator.stepped import START_US, Line, exposure_request
from tomoe_es.camera.frame_geometry import FRAME_READOUT_SECONDS
from tomoe_es.clock import SECOND
from tomoe_es.events import Event
from tomoe_es.events.camera import (
    CameraRead,
    ChipCubeAcquired,
    ExposureAborted,
    ExposureAbortRequested,
    ExposureFinished,
    ExposureRequested,
    ExposureStarted,
)
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceCommandFailed, DeviceReached, DeviceUnreachable
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeLost, ExposureTransferred
from tomoe_es.machines.judging.steps import judge_by_machines

CHIPS = (101, 221)
ENDS = (ExposureFinished, ExposureAborted, ExposureTransferred)


class ListedImaging:
    """Images nothing, and keeps a list of what it was told; the chips in `lose` don't arrive."""

    def __init__(self) -> None:
        self.told: list[tuple[Literal["begin", "finish", "abort"], int]] = []
        self.begun: list[StartedExposure] = []
        self.lose: set[str] = set()

    def begin(self, exposure: StartedExposure) -> None:
        self.told.append(("begin", exposure.request.exposure_number))
        self.begun.append(exposure)

    def abort(self, exposure: StartedExposure) -> None:
        self.told.append(("abort", exposure.request.exposure_number))

    def ready(self, exposure: StartedExposure) -> bool:
        return True

    def finish(self, exposure: StartedExposure) -> list[Event]:
        number = exposure.request.exposure_number
        self.told.append(("finish", number))
        return [
            ChipCubeLost(exposure_number=number, frame_id=frame_id, condition="RingOverwritten", message="")
            if frame_id in self.lose
            else ChipCubeBuffered(
                exposure_number=number, frame_id=frame_id, path=frame_id, blake3="", size_bytes=1
            )
            for frame_id in exposure.frame_ids
        ]


@pytest.fixture
def imaging() -> ListedImaging:
    return ListedImaging()


def connect(line: Line, imaging: ListedImaging) -> SimulatedCamera:
    """A camera on the line, not started yet."""
    camera = SimulatedCamera(
        line.timers, line.conductor.record, imaging, CHIPS, lambda: line.state.exposures, line.faults
    )
    line.conductor.add_effects(camera.effects())
    return camera


@pytest.fixture
def line(imaging: ListedImaging) -> Line:
    """A line with a camera that reads idle."""
    line = Line()
    connect(line, imaging).start()
    return line


def abort(line: Line, number: int, reason: str = "the operator asked") -> Recorded:
    return line.record(ExposureAbortRequested(exposure_number=number, reason=reason))


def camera_states(line: Line) -> list[tuple[float, str]]:
    """Changes of the state that the readings tell: when, and to what."""
    changes: list[tuple[float, str]] = []
    for time, reading in zip(line.times(CameraRead), line.payloads(CameraRead), strict=True):
        assert isinstance(reading, CameraRead)
        if not changes or changes[-1][1] != reading.state:
            changes.append((time, reading.state))
    return changes


def ends(line: Line) -> list[tuple[float, str, int]]:
    return [
        (time, type(event).__name__, event.exposure_number)  # type: ignore[attr-defined]
        for time, event in zip(line.times(*ENDS), line.payloads(*ENDS), strict=True)
    ]


def test_idle_it_is_read_each_thirty_seconds(line: Line) -> None:
    line.run_until(65)
    assert line.times(CameraRead) == [0, 30, 60]
    assert {(each.actor, each.cause) for each in line.log.events} == {("camera", 0)}
    assert camera_states(line) == [(0, "idle")]


def test_an_exposure_lasts_its_frames_and_is_transferred_after_it(line: Line, imaging: ListedImaging) -> None:
    request = line.record(exposure_request(7))
    line.run_until(60)
    [started] = line.of(ExposureStarted)
    [finished] = line.of(ExposureFinished)
    acquired, buffered = line.of(ChipCubeAcquired), line.of(ChipCubeBuffered)
    assert line.times(ExposureStarted, ExposureFinished, ExposureTransferred) == [0.5, 9.5, 12.5]
    assert started.payload == ExposureStarted(exposure_number=7, start_us=START_US + SECOND // 2)
    assert finished.payload == ExposureFinished(
        exposure_number=7, end_us=START_US + 9 * SECOND + SECOND // 2, det_ids=list(CHIPS)
    )
    assert camera_states(line) == [(0, "idle"), (0.5, "exposing"), (9.5, "idle")]
    frame_ids = ["TMQ1202312120000000701", "TMQ2202312120000000721"]
    assert [each.payload.frame_id for each in acquired] == frame_ids  # type: ignore[attr-defined]
    assert [each.payload.frames for each in acquired] == [18, 18]  # type: ignore[attr-defined]
    assert line.payloads(ExposureTransferred) == [ExposureTransferred(exposure_number=7, buffered=2, lost=0)]
    assert imaging.told == [("begin", 7), ("finish", 7)]
    assert imaging.begun == [
        StartedExposure(
            request=exposure_request(7),
            start_us=START_US + SECOND // 2,
            frame_ids=tuple(frame_ids),
            recipe_position=request.correlation,
            request_position=request.position,
            start_position=started.position,
        )
    ]
    assert started.cause == request.position
    assert {each.cause for each in (*acquired, finished)} == {started.position}
    assert {each.cause for each in buffered} == {finished.position}
    assert {each.actor for each in buffered} == {"transfer"}
    assert judge_by_machines(line.log.events) == []


def test_a_frame_shorter_than_its_readout_takes_the_readout(line: Line) -> None:
    line.record(exposure_request(1, frames=10, exposure_seconds=0.1))
    line.run_until(30)
    [begin, end] = line.times(ExposureStarted, ExposureFinished)
    assert end - begin == pytest.approx(10 * FRAME_READOUT_SECONDS, abs=1e-6)


def test_a_lost_chip_is_counted(line: Line, imaging: ListedImaging) -> None:
    imaging.lose = {"TMQ2202312120000000121"}
    line.record(exposure_request(1))
    line.run_until(13)
    assert line.payloads(ExposureTransferred) == [ExposureTransferred(exposure_number=1, buffered=1, lost=1)]
    assert judge_by_machines(line.log.events) == []


def test_aborted_before_it_begins_it_never_begins(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.run_until(0.4)
    asked = abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(0.4, "ExposureAborted", 1)]
    [aborted] = line.of(ExposureAborted)
    assert aborted.payload == ExposureAborted(exposure_number=1, reason="the operator asked")
    assert aborted.cause == asked.position
    assert imaging.told == []
    assert camera_states(line) == [(0, "idle")]
    assert judge_by_machines(line.log.events) == []


def test_aborted_in_the_middle_its_frames_are_forgotten(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.run_until(5)
    abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(5, "ExposureAborted", 1)]
    assert imaging.told == [("begin", 1), ("abort", 1)]
    assert camera_states(line) == [(0, "idle"), (0.5, "exposing"), (5, "idle")]
    assert judge_by_machines(line.log.events) == []


@pytest.mark.parametrize("seconds", [9.5, 11.0, 20.0])
def test_an_abort_after_the_end_comes_too_late(line: Line, imaging: ListedImaging, seconds: float) -> None:
    line.record(exposure_request(1))
    line.run_until(seconds)
    abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(9.5, "ExposureFinished", 1), (12.5, "ExposureTransferred", 1)]
    assert imaging.told == [("begin", 1), ("finish", 1)]
    assert judge_by_machines(line.log.events) == []


def test_aborted_twice_it_ends_once(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.run_until(5)
    abort(line, 1)
    abort(line, 1)
    line.run_until(60)
    assert ends(line) == [(5, "ExposureAborted", 1)]
    assert imaging.told == [("begin", 1), ("abort", 1)]


def test_aborted_by_who_sees_it_begin_it_is_not_imaged(line: Line, imaging: ListedImaging) -> None:
    def stop(_: Recorded) -> None:
        abort(line, 1)

    line.conductor.add_effects({ExposureStarted: stop})
    line.record(exposure_request(1))
    line.run_until(60)
    assert ends(line) == [(0.5, "ExposureAborted", 1)]
    assert imaging.told == []
    assert camera_states(line) == [(0, "idle"), (0.5, "exposing"), (0.5, "idle")]


def test_the_end_of_an_aborted_exposure_does_not_end_the_next_one(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.run_until(4)
    abort(line, 1)
    line.record(exposure_request(2))
    line.run_until(60)
    assert ends(line) == [
        (4, "ExposureAborted", 1),
        (13.5, "ExposureFinished", 2),
        (16.5, "ExposureTransferred", 2),
    ]
    assert imaging.told == [("begin", 1), ("abort", 1), ("begin", 2), ("finish", 2)]


def test_an_exposure_may_begin_while_the_one_before_is_transferred(line: Line) -> None:
    def go_on(finished: Recorded) -> None:
        if len(line.of(ExposureRequested)) == 1:
            line.record(exposure_request(2))

    line.conductor.add_effects({ExposureFinished: go_on})
    line.record(exposure_request(1))
    line.run_until(60)
    assert ends(line) == [
        (9.5, "ExposureFinished", 1),
        (12.5, "ExposureTransferred", 1),
        (19, "ExposureFinished", 2),
        (22, "ExposureTransferred", 2),
    ]
    assert judge_by_machines(line.log.events) == []


def test_one_exposure_at_a_time(line: Line, imaging: ListedImaging) -> None:
    line.record(exposure_request(1))
    line.run_until(2)
    line.record(exposure_request(2))
    [refused] = line.payloads(DeviceCommandFailed)
    assert refused == DeviceCommandFailed(
        device="camera",
        command="ExposureRequested",
        message="exposure 1 is not over: wait for it, or abort it",
    )
    abort(line, 2)
    line.run_until(60)
    assert ends(line) == [
        (2, "ExposureAborted", 2),
        (9.5, "ExposureFinished", 1),
        (12.5, "ExposureTransferred", 1),
    ]
    assert imaging.told == [("begin", 1), ("finish", 1)]


@pytest.mark.parametrize("killed_at", [0.2, 5.0])
def test_a_restart_aborts_what_was_exposing(line: Line, imaging: ListedImaging, killed_at: float) -> None:
    line.record(exposure_request(1))
    line.run_until(killed_at)
    after = line.restarted()
    connect(after, ListedImaging()).start()
    after.run_until(60)
    assert ends(after) == [(killed_at, "ExposureAborted", 1)]
    assert after.state.exposures == {}
    assert judge_by_machines(after.log.events) == []


def test_a_restart_loses_what_was_not_transferred(line: Line) -> None:
    line.record(exposure_request(1))
    line.run_until(11)
    after = line.restarted()
    connect(after, ListedImaging()).start()
    after.run_until(60)
    lost = after.payloads(ChipCubeLost)
    assert [(each.frame_id, each.condition) for each in lost] == [  # type: ignore[attr-defined]
        ("TMQ1202312120000000101", "SystemStopped"),
        ("TMQ2202312120000000121", "SystemStopped"),
    ]
    assert after.payloads(ExposureTransferred) == [ExposureTransferred(exposure_number=1, buffered=0, lost=2)]
    assert after.state.exposures == {}
    assert judge_by_machines(after.log.events) == []


def test_a_restart_between_two_exposures_changes_nothing(line: Line) -> None:
    line.record(exposure_request(1))
    line.run_until(20)
    after = line.restarted()
    connect(after, ListedImaging()).start()
    after.record(exposure_request(2))
    after.run_until(60)
    assert [each[1:] for each in ends(after)] == [
        ("ExposureFinished", 1),
        ("ExposureTransferred", 1),
        ("ExposureFinished", 2),
        ("ExposureTransferred", 2),
    ]


def test_an_abort_asked_for_at_the_restart_ends_the_exposure_once(line: Line) -> None:
    line.record(exposure_request(1))
    line.run_until(5)
    after = line.restarted()
    camera = connect(after, ListedImaging())
    abort(after, 1, "the system was stopped in the middle of the recipe")
    camera.start()
    assert ends(after) == [(5, "ExposureAborted", 1)]


def test_reached_again_after_a_restart(line: Line) -> None:
    line.fault("drop", 1, 100)
    line.run_until(2)
    after = line.restarted()
    connect(after, ListedImaging()).start(unreachable="camera" in after.state.hardware.unreachable)
    assert len(after.of(DeviceUnreachable)) == len(after.of(DeviceReached)) == 1
    assert after.state.hardware.unreachable == {}

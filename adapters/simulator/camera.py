"""The simulated camera of 84 chips, with its ring buffers and the transfer to the buffer storage.

The camera keeps its own time: an exposure of n frames lasts n frame times, whatever else happens. The
pixels are made and transferred by an `Imaging`; where this takes longer than the sky would, the loop's
clock waits, so that a simulated night is slower than life but never different.

Its faults are described in `docs/reference/night-script.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from adapters.simulator.devices.faults import FaultKind, Faults
from adapters.simulator.devices.polling import HEARTBEAT_US, PolledDevice
from tomoe_es.camera.frame_geometry import DARK_TEMPERATURE_K, frame_seconds
from tomoe_es.camera.frame_id import FrameId
from tomoe_es.clock import SECOND, to_datetime
from tomoe_es.control.ports import Effects, HoldingTimers, Recorder
from tomoe_es.control.state import OpenExposure
from tomoe_es.events import Event, camera, transfer
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceCommandFailed

TRANSFER = "transfer"
"""Actor of what the transfer reports."""
START_DELAY = SECOND // 2
TRANSFER_DELAY = 3 * SECOND
"""From the last frame to the last chip's file on the buffer storage."""


class StartedExposure(msgspec.Struct, frozen=True, kw_only=True):
    """An exposure that the camera has begun, with the events that led to it."""

    request: ExposureRequested
    start_us: int
    frame_ids: tuple[str, ...]
    recipe_position: int
    request_position: int
    start_position: int


class Imaging(Protocol):
    """Makes the frames of an exposure and transfers them to the buffer storage."""

    def begin(self, exposure: StartedExposure) -> None:
        """Begin with all chips."""

    def ready(self, exposure: StartedExposure) -> bool:
        """Tell whether `finish` would not wait."""

    def finish(self, exposure: StartedExposure) -> list[Event]:
        """Wait for all chips; the events that tell what became of each."""

    def abort(self, exposure: StartedExposure) -> None:
        """Forget the exposure."""


class _Order(msgspec.Struct, eq=False):
    """The exposure that the camera was told to take; `exposure` and `started` are there once it has begun."""

    requested: Recorded
    request: ExposureRequested
    ordered_us: int
    exposure: StartedExposure | None = None
    started: Recorded | None = None
    pretended: bool = False  # the camera only says that it exposes


class SimulatedCamera(PolledDevice):
    """Carries out exposures, one at a time."""

    name = "camera"

    def __init__(
        self,
        timers: HoldingTimers,
        record: Recorder,
        imaging: Imaging,
        det_ids: Sequence[int],
        unfinished: Callable[[], dict[int, OpenExposure]],
        faults: Faults,
    ) -> None:
        super().__init__(timers, record, faults)
        self._holding, self._imaging = timers, imaging
        self._det_ids = tuple(det_ids)
        self._unfinished = unfinished
        self._order: _Order | None = None

    def effects(self) -> Effects:
        """What the camera carries out."""
        return {camera.ExposureRequested: self._expose, camera.ExposureAbortRequested: self._abort}

    def start(self, *, unreachable: bool = False) -> None:
        """Begin to give readings; exposures that were cut off when the system stopped are lost."""
        for number, opened in sorted(self._unfinished().items()):
            self._record(_cut_off(number, opened), cause=None, actor=self.name)
        self._start(unreachable=unreachable)

    def _read(self, now: int) -> camera.CameraRead:
        if "fail" in self._faulty:
            return _reading("fault")
        return _reading("exposing" if self._order is not None and self._order.exposure else "idle")

    def _next_reading(self, now: int) -> int:
        step_at = self._step_at()
        next_reading = self._last_read + HEARTBEAT_US
        if step_at is not None and self._frozen is None:
            next_reading = min(next_reading, step_at)
        return max(next_reading, now + 1)

    def _faults_changed(self, begun: frozenset[FaultKind], ended: frozenset[FaultKind], now: int) -> None:
        """Faults are looked at when the camera is read or commanded."""

    def _look(self) -> None:
        """Begin or end the exposure when it is time, else read; a broken camera loses its exposure."""
        self._take_up_faults()
        step_at, broken = self._step_at(), self._broken()
        if step_at is None or step_at > self._timers.now() or broken or self._frozen is not None:
            super()._look()
        else:
            self._step(step_at)
            self._set_alarm()
        if broken and self._order is not None:
            self._drop_order(broken, cause=self._order.started or self._order.requested)

    def _broken(self) -> str | None:
        """Why the camera can't expose; None when it can."""
        if self._unreachable:
            return "the connection to the camera is lost: check its line and power"
        if "fail" in self._faulty:
            return "the camera is in its fault state: look at it on site"
        return None

    def _step_at(self) -> int | None:
        """When the exposure begins or ends; None while nothing is ordered."""
        order = self._order
        if order is None:
            return None
        if order.exposure is None:
            return self._faults.done_at(self.name, order.ordered_us, START_DELAY)
        seconds = order.request.frames * frame_seconds(order.request.exposure_seconds)
        return self._faults.done_at(self.name, order.exposure.start_us, round(seconds * SECOND))

    def _step(self, time_us: int) -> None:
        order = self._order
        assert order is not None, "only what is ordered has a next step"
        self._last_read = self._timers.now()
        if order.exposure is None:
            self._begin(order, time_us)
        else:
            self._end(order, order.exposure, time_us)

    def _expose(self, requested: Recorded) -> None:
        self._look_at_new_faults()
        request = requested.payload
        assert isinstance(request, ExposureRequested)
        refusal = self._broken()
        if refusal is None and self._order is not None:
            refusal = f"exposure {self._order.request.exposure_number} is not over: wait for it, or abort it"
        if refusal is None:
            self._order = _Order(requested, request, self._timers.now())
            self._set_alarm()
        else:
            failed = DeviceCommandFailed(device=self.name, command="ExposureRequested", message=refusal)
            self._record([failed], cause=requested, actor=self.name)

    def _begin(self, order: _Order, start_us: int) -> None:
        number = order.request.exposure_number
        utc_date = to_datetime(start_us).date()
        order.pretended = "lie" in self._faulty
        [started, _] = self._record(
            [camera.ExposureStarted(exposure_number=number, start_us=start_us), _reading("exposing")],
            cause=order.requested,
            actor=self.name,
        )
        if self._order is not order:
            return  # aborted by somebody who saw it begin
        order.started = started
        order.exposure = StartedExposure(
            request=order.request,
            start_us=start_us,
            frame_ids=tuple(str(FrameId(utc_date, number, det_id)) for det_id in self._det_ids),
            recipe_position=order.requested.correlation,
            request_position=order.requested.position,
            start_position=started.position,
        )
        if not order.pretended:
            self._imaging.begin(order.exposure)

    def _end(self, order: _Order, exposure: StartedExposure, end_us: int) -> None:
        self._order = None
        number, frames = exposure.request.exposure_number, exposure.request.frames
        acquired = [
            camera.ChipCubeAcquired(
                exposure_number=number,
                frame_id=frame_id,
                frames=frames,
                frames_lost=0,
                gps_start_us=exposure.start_us,
                gps_end_us=end_us,
            )
            for frame_id in exposure.frame_ids
        ]
        finished = camera.ExposureFinished(exposure_number=number, end_us=end_us, det_ids=list(self._det_ids))
        recorded = self._record([*acquired, finished, _reading("idle")], cause=order.started, actor=self.name)
        self._holding.call_when_ready(
            self._timers.now() + TRANSFER_DELAY,
            lambda: order.pretended or self._imaging.ready(exposure),
            lambda: self._transfer(exposure, recorded[len(acquired)], pretended=order.pretended),
        )

    def _transfer(self, exposure: StartedExposure, finished: Recorded, *, pretended: bool) -> None:
        events = _nothing_there(exposure) if pretended else self._imaging.finish(exposure)
        lost = sum(isinstance(each, transfer.ChipCubeLost) for each in events)
        over = transfer.ExposureTransferred(
            exposure_number=exposure.request.exposure_number,
            buffered=len(exposure.frame_ids) - lost,
            lost=lost,
        )
        self._record([*events, over], cause=finished, actor=TRANSFER)

    def _abort(self, asked: Recorded) -> None:
        """End an exposure early, also one that the camera never began; too late, it is left as it is."""
        self._look_at_new_faults()
        request = asked.payload
        assert isinstance(request, camera.ExposureAbortRequested)
        number = request.exposure_number
        opened = self._unfinished().get(number)
        if opened is None or opened.state == "finished":
            return
        if self._order is not None and self._order.request.exposure_number == number:
            self._drop_order(request.reason, cause=asked)
        else:
            aborted = camera.ExposureAborted(exposure_number=number, reason=request.reason)
            self._record([aborted], cause=asked, actor=self.name)

    def _drop_order(self, reason: str, *, cause: Recorded) -> None:
        order = self._order
        assert order is not None, "only what is ordered can be aborted"
        self._order = None
        if order.exposure is not None and not order.pretended:
            self._imaging.abort(order.exposure)
        now = self._timers.now()
        aborted = camera.ExposureAborted(exposure_number=order.request.exposure_number, reason=reason)
        reading = self._frozen if self._frozen is not None else self._read(now)
        self._last_read = now
        self._record([aborted] if self._unreachable else [aborted, reading], cause=cause, actor=self.name)
        self._set_alarm()

    def _look_at_new_faults(self) -> None:
        """A fault that begins at the very moment of a command comes before it."""
        if self._faults.active(self.name, self._timers.now()) != self._faulty:
            self._look()


def _reading(state: Literal["idle", "exposing", "fault"]) -> camera.CameraRead:
    return camera.CameraRead(state=state, sensor_temperature_k=DARK_TEMPERATURE_K)


def _cut_off(number: int, opened: OpenExposure) -> list[Event]:
    """How an exposure ends that was not accounted for when the system stopped."""
    if opened.state != "finished":
        return [camera.ExposureAborted(exposure_number=number, reason="the system was stopped")]
    lost = [each for each in opened.acquired if each not in opened.accounted]
    message = "the system was stopped before the cube was transferred"
    return [
        *(_lost(number, frame_id, "SystemStopped", message) for frame_id in lost),
        transfer.ExposureTransferred(exposure_number=number, buffered=len(opened.accounted), lost=len(lost)),
    ]


def _nothing_there(exposure: StartedExposure) -> list[Event]:
    message = (
        "the camera told of frames that are not in its ring buffer: compare its log with the ring's count"
    )
    return [
        _lost(exposure.request.exposure_number, frame_id, "FramesMissing", message)
        for frame_id in exposure.frame_ids
    ]


def _lost(number: int, frame_id: str, condition: str, message: str) -> transfer.ChipCubeLost:
    return transfer.ChipCubeLost(
        exposure_number=number, frame_id=frame_id, condition=condition, message=message
    )

"""The simulated camera of 84 chips, with its ring buffers and the transfer to the buffer storage.

The camera keeps its own time: an exposure of n frames lasts n frame times, whatever else happens. The
pixels are made and transferred by an `Imaging`; where this takes longer than the sky would, the loop's
clock waits, so that a simulated night is slower than life but never different.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tomoe_es.camera.frame_geometry import DARK_TEMPERATURE_K, frame_seconds
from tomoe_es.camera.frame_id import FrameId
from tomoe_es.clock import SECOND, to_datetime
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.control.state import OpenExposure
from tomoe_es.events import Event, camera, transfer
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded

ACTOR, TRANSFER = "camera", "transfer"
START_DELAY = SECOND // 2
TRANSFER_DELAY = 3 * SECOND
"""From the last frame to the last chip's file on the buffer storage."""
HEARTBEAT = 30 * SECOND


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

    def finish(self, exposure: StartedExposure) -> list[Event]:
        """Wait for all chips; the events that tell what became of each."""

    def abort(self, exposure: StartedExposure) -> None:
        """Forget the exposure."""


class SimulatedCamera:
    """Carries out exposures, one at a time."""

    def __init__(
        self,
        timers: Timers,
        record: Recorder,
        imaging: Imaging,
        det_ids: Sequence[int],
        unfinished: Callable[[], dict[int, OpenExposure]],
    ) -> None:
        self._timers = timers
        self._record = record
        self._imaging = imaging
        self._det_ids = tuple(det_ids)
        self._unfinished = unfinished
        self._running: tuple[StartedExposure, Recorded] | None = None
        self._aborted: set[int] = set()

    def effects(self) -> Effects:
        """What the camera carries out."""
        return {camera.ExposureRequested: self._expose, camera.ExposureAbortRequested: self._abort}

    def start(self) -> None:
        """Report the camera's state; exposures that were cut off when the system stopped are lost."""
        for number, opened in sorted(self._unfinished().items()):
            self._record(self._cut_off(number, opened), cause=None, actor=ACTOR)
        self._heartbeat()

    def _cut_off(self, number: int, opened: OpenExposure) -> list[Event]:
        if opened.state != "finished":
            return [camera.ExposureAborted(exposure_number=number, reason="the system was stopped")]
        lost = [each for each in opened.acquired if each not in opened.accounted]
        message = "the system was stopped before the cube was transferred"
        return [
            *(
                transfer.ChipCubeLost(
                    exposure_number=number, frame_id=frame_id, condition="SystemStopped", message=message
                )
                for frame_id in lost
            ),
            transfer.ExposureTransferred(
                exposure_number=number, buffered=len(opened.accounted), lost=len(lost)
            ),
        ]

    def _heartbeat(self) -> None:
        self._record([self._reading()], cause=None, actor=ACTOR)
        self._timers.call_at(self._timers.now() + HEARTBEAT, self._heartbeat)

    def _reading(self) -> camera.CameraRead:
        return camera.CameraRead(
            state="exposing" if self._running is not None else "idle",
            sensor_temperature_k=DARK_TEMPERATURE_K,
        )

    def _expose(self, requested: Recorded) -> None:
        self._timers.call_at(self._timers.now() + START_DELAY, lambda: self._begin(requested))

    def _begin(self, requested: Recorded) -> None:
        request = requested.payload
        assert isinstance(request, ExposureRequested)
        number = request.exposure_number
        if number in self._aborted:
            return
        start_us = self._timers.now()
        utc_date = to_datetime(start_us).date()
        frame_ids = tuple(str(FrameId(utc_date, number, det_id)) for det_id in self._det_ids)
        [started, _] = self._record(
            [
                camera.ExposureStarted(exposure_number=number, start_us=start_us),
                camera.CameraRead(state="exposing", sensor_temperature_k=DARK_TEMPERATURE_K),
            ],
            cause=requested,
            actor=ACTOR,
        )
        exposure = StartedExposure(
            request=request,
            start_us=start_us,
            frame_ids=frame_ids,
            recipe_position=requested.correlation,
            request_position=requested.position,
            start_position=started.position,
        )
        self._running = (exposure, started)
        self._imaging.begin(exposure)
        seconds = request.frames * frame_seconds(request.exposure_seconds)
        self._timers.call_at(start_us + round(seconds * SECOND), lambda: self._end(exposure, started))

    def _end(self, exposure: StartedExposure, started: Recorded) -> None:
        number = exposure.request.exposure_number
        if number in self._aborted:
            return
        self._running = None
        acquired = [
            camera.ChipCubeAcquired(
                exposure_number=number, frame_id=frame_id, frames=exposure.request.frames, frames_lost=0
            )
            for frame_id in exposure.frame_ids
        ]
        finished = camera.ExposureFinished(
            exposure_number=number, end_us=self._timers.now(), det_ids=list(self._det_ids)
        )
        recorded = self._record([*acquired, finished, self._reading()], cause=started, actor=ACTOR)
        self._timers.call_at(
            self._timers.now() + TRANSFER_DELAY, lambda: self._transfer(exposure, recorded[len(acquired)])
        )

    def _transfer(self, exposure: StartedExposure, finished: Recorded) -> None:
        events = self._imaging.finish(exposure)
        lost = sum(isinstance(each, transfer.ChipCubeLost) for each in events)
        over = transfer.ExposureTransferred(
            exposure_number=exposure.request.exposure_number,
            buffered=len(exposure.frame_ids) - lost,
            lost=lost,
        )
        self._record([*events, over], cause=finished, actor=TRANSFER)

    def _abort(self, asked: Recorded) -> None:
        request = asked.payload
        assert isinstance(request, camera.ExposureAbortRequested)
        self._aborted.add(request.exposure_number)
        if self._running is not None:
            self._imaging.abort(self._running[0])
            self._running = None
        aborted = camera.ExposureAborted(exposure_number=request.exposure_number, reason=request.reason)
        self._record([aborted, self._reading()], cause=asked, actor=ACTOR)

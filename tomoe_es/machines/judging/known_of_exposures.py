"""What the log tells of the exposure that is taken, and of those that calibrate others."""

from __future__ import annotations

from tomoe_es.camera.frame_geometry import frame_seconds
from tomoe_es.clock import SECOND
from tomoe_es.events import Event, camera, reduction, safety
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Calibration, Exposing, Handler, Known


def _requested(known: Known, recorded: Recorded, event: camera.ExposureRequested) -> None:
    known.exposing = Exposing(event, recorded.position)


def _exposure_started(known: Known, recorded: Recorded, event: camera.ExposureStarted) -> None:
    exposing = known.exposing
    if exposing is not None and exposing.request.exposure_number == event.exposure_number:
        asked = exposing.request
        exposing.started, exposing.start_us = recorded.position, event.start_us
        length = asked.frames * frame_seconds(asked.exposure_seconds)
        exposing.end_us = event.start_us + round(length * SECOND)
        focus = known.hardware.focus
        exposing.focus_mm = focus.position_mm if focus is not None else None


def _abort_asked(known: Known, recorded: Recorded, event: camera.ExposureAbortRequested) -> None:
    exposing = known.exposing
    if exposing is not None and exposing.request.exposure_number == event.exposure_number:
        exposing.abort_asked = True


def _finished(known: Known, recorded: Recorded, event: camera.ExposureFinished) -> None:
    exposing = known.exposing
    if exposing is None or exposing.request.exposure_number != event.exposure_number:
        return
    asked = exposing.request
    if asked.data_type != "OBJECT":
        known.calibrations.append(
            Calibration(
                event.exposure_number, asked.data_type, asked.gain, asked.exposure_seconds, len(event.det_ids)
            )
        )
    known.exposing = None


def _rejected(known: Known, recorded: Recorded, event: reduction.ProductRejected) -> None:
    if event.kind in ("DARK", "FLAT"):
        _one_master_less(known, event.exposure_number)


def _failed(known: Known, recorded: Recorded, event: reduction.ReductionFailed) -> None:
    if event.given_up:
        _one_master_less(known, event.exposure_number)


def _one_master_less(known: Known, exposure_number: int) -> None:
    for each in known.calibrations:
        if each.exposure_number == exposure_number:
            each.chips -= 1
    known.calibrations = [each for each in known.calibrations if each.chips > 0]


def _aborted(known: Known, recorded: Recorded, event: camera.ExposureAborted) -> None:
    if known.exposing is not None and known.exposing.request.exposure_number == event.exposure_number:
        known.exposing = None


def _making_safe(known: Known, recorded: Recorded, event: safety.MakingSafeBegun) -> None:
    """Who closes and parks spoils the exposure knowingly, also when nobody is there to abort it."""
    if known.exposing is not None:
        known.exposing.abort_asked = True


HANDLERS: dict[type[Event], Handler] = {
    camera.ExposureRequested: _requested,
    camera.ExposureStarted: _exposure_started,
    camera.ExposureAbortRequested: _abort_asked,
    camera.ExposureFinished: _finished,
    camera.ExposureAborted: _aborted,
    safety.MakingSafeBegun: _making_safe,
    reduction.ProductRejected: _rejected,
    reduction.ReductionFailed: _failed,
}

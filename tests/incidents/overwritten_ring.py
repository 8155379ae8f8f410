"""The transfer of one chip hangs for a while, and the camera writes on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from adapters.simulator.acquisition import RING_SLOTS
from adapters.simulator.camera import StartedExposure
from adapters.simulator.no_pixels import NoImaging
from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.events import Event, transfer
from tomoe_es.log.port import EventLog
from tomoe_es.transfer.ring import FrameRing

SLOW_EXPOSURE = 6
"""Its second chip is not taken out of its ring in time."""


class _SlowTransfer(NoImaging):
    """One chip of one exposure goes through a real ring, whose reader comes when the exposure is over."""

    def finish(self, exposure: StartedExposure) -> list[Event]:
        events = super().finish(exposure)
        if exposure.request.exposure_number == SLOW_EXPOSURE:
            events[-1:] = _lost(exposure, exposure.frame_ids[-1])
        return events


def _lost(exposure: StartedExposure, frame_id: str) -> list[Event]:
    number, lost = exposure.request.exposure_number, _frames_overwritten(exposure.request.frames)
    return [
        transfer.RingOverwritten(exposure_number=number, frame_id=frame_id, frames=lost),
        transfer.ChipCubeLost(
            exposure_number=number,
            frame_id=frame_id,
            condition="RingOverwritten",
            message=f"{lost} frames were overwritten in the ring",
        ),
    ]


def _frames_overwritten(frames: int) -> int:
    with tempfile.TemporaryDirectory() as folder, FrameRing(Path(folder) / "ring", RING_SLOTS) as ring:
        for number in range(frames):
            ring.slot()[0, 0] = number
            ring.commit()
        out, taken = np.empty(ORIGINAL_SHAPE, np.uint16), 0
        while ring.take(out) is not None:
            taken += 1
    return frames - taken


class _Night(Observatory):
    def make_imaging(self) -> NoImaging:
        return _SlowTransfer()


def stage() -> EventLog:
    night = _Night(None, plan(end="17:10"))
    register(night)
    night.start(survey(4))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=4,
    name="overwritten-ring",
    title="The ring that was overwritten",
    seen="A chip is missing in the archive, in one exposure only.",
    stage=stage,
    steps=(
        Step(
            "Which chips never came to the buffer storage?",
            ("replay", "when", 'event.type == "ChipCubeLost"', "--limit", "9"),
            ("condition=RingOverwritten",),
        ),
        Step(
            "What was not normal?",
            ("replay", "why", "violation:FramesOverwritten", "--limit", "9"),
            ("RingOverwritten", "ExposureFinished", "frames="),
        ),
        Step(
            "What became of the others of that exposure?",
            ("replay", "when", 'event.type == "ExposureTransferred" and event.lost > 0'),
            ("buffered=1 lost=1",),
        ),
    ),
    cause="The camera wrote on while the transfer of this one chip did not take its frames: the ring has "
    "eight slots, the rest was overwritten, and a cube with a gap is not kept. The recipe comes back"
    " to the pool for the exposure that was lost. Look at the transfer's process and at the disk at "
    "that time.",
)

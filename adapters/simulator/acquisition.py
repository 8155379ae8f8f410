"""One chip of one exposure in a worker process: camera, ring buffer, transfer, buffer storage."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.sky.truth import write_truth
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.transfer.cube_file import CubeFile, write_raw_cube
from tomoe_es.transfer.exposure_facts import ExposureFacts
from tomoe_es.transfer.ring import FrameRing

RING_SLOTS = 8
SHARED_MEMORY = Path("/dev/shm")


class AcquisitionJob(msgspec.Struct, frozen=True, kw_only=True):
    """What to render, how to head it, and where it goes."""

    render: RenderRequest
    facts: ExposureFacts
    cube_path: Path
    truth_path: Path


class Acquired(msgspec.Struct, frozen=True):
    """The cube on the buffer storage; none when frames were overwritten in the ring."""

    cube: CubeFile | None
    frames_lost: int


def acquire(job: AcquisitionJob) -> Acquired:
    """Expose one chip through its ring into the buffer storage, and write down the truth beside."""
    frames = np.zeros((job.facts.nframe, *ORIGINAL_SHAPE), dtype=np.uint16)
    folder = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    path = folder / f"tomoe-ring-{os.getpid()}-{job.facts.frame_id}"
    ring = FrameRing(path, RING_SLOTS)
    path.unlink()  # both sides are in this process; the memory goes with it, however it ends
    try:
        lost = _through_ring(ChipRenderer(job.render), ring, frames)
    finally:
        ring.close()
    if lost:
        return Acquired(None, lost)
    job.cube_path.parent.mkdir(parents=True, exist_ok=True)
    job.truth_path.parent.mkdir(parents=True, exist_ok=True)
    write_truth(job.truth_path, ChipRenderer(job.render).truth())
    return Acquired(write_raw_cube(job.cube_path, frames, job.facts), 0)


def _through_ring(renderer: ChipRenderer, ring: FrameRing, frames: NDArray[np.uint16]) -> int:
    """Camera and transfer at the two ends of the ring; returns how many frames were overwritten.

    The simulated camera renders more slowly than light falls: it waits for a free slot as a real one can't.
    """
    written, free = threading.Semaphore(0), threading.Semaphore(RING_SLOTS)
    taken = 0

    def transfer() -> None:
        nonlocal taken
        for frame in frames:
            written.acquire()
            if ring.take(frame) is not None:
                taken += 1
            free.release()

    thread = threading.Thread(target=transfer, name="transfer")
    thread.start()
    for number in range(len(frames)):
        free.acquire()
        renderer.write_frame(number, ring.slot())
        ring.commit()
        written.release()
    thread.join()
    return len(frames) - taken

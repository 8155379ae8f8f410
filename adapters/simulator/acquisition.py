"""One chip of one exposure in a worker process: camera, ring buffer, transfer, buffer storage."""

from __future__ import annotations

import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.sky.truth import write_truth
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.transfer.exposure_facts import ExposureFacts
from tomoe_es.transfer.raw_cube_writer import CubeFile, RawCubeWriter
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


class Camera(Protocol):
    """What exposes frames, such as `adapters.simulator.sky.render.ChipRenderer`."""

    def write_frame(self, frame: int, out: NDArray[np.uint16]) -> None:
        """Read out one frame, counted from 0, into an array of shape (1200, 2160)."""


def acquire(job: AcquisitionJob) -> Acquired:
    """Expose one chip through its ring into the buffer storage, and write down the truth beside.

    Raises OSError when the disk refuses. A cube that isn't whole leaves no file.
    """
    job.cube_path.parent.mkdir(parents=True, exist_ok=True)
    job.truth_path.parent.mkdir(parents=True, exist_ok=True)
    renderer = ChipRenderer(job.render)
    folder = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    path = folder / f"tomoe-ring-{os.getpid()}-{job.facts.frame_id}"
    ring = FrameRing(path, RING_SLOTS)
    path.unlink()  # both sides are in this process; the memory goes with it, however it ends
    with ring, RawCubeWriter(job.cube_path, job.facts) as cube:
        lost = expose(renderer, ring, cube, job.facts.nframe)
        if lost:
            return Acquired(None, lost)
        write_truth(job.truth_path, renderer.truth())
        return Acquired(cube.finish(), 0)


def expose(camera: Camera, ring: FrameRing, cube: RawCubeWriter, nframe: int) -> int:
    """Camera and transfer at the two ends of the ring; returns how many frames were overwritten.

    The simulated camera renders more slowly than light falls: it waits for a free slot as a real one can't.
    Raises what the camera or the disk raises, and then the other end stops too.
    """
    written, free = threading.Semaphore(0), threading.Semaphore(ring.free_slots())

    def transfer() -> int:
        frame, taken = np.empty(ORIGINAL_SHAPE, dtype=np.uint16), 0
        try:
            for _ in range(nframe):
                written.acquire()
                whole = ring.take(frame)
                free.release()
                if whole is not None and whole.number < nframe:
                    cube.add(frame)
                    taken += 1
        finally:
            free.release(nframe)  # the camera doesn't wait for an end that has failed
        return taken

    with ThreadPoolExecutor(1, "transfer") as thread:
        taken = thread.submit(transfer)
        try:
            for number in range(nframe):
                free.acquire()
                if taken.done():
                    break
                camera.write_frame(number, ring.slot())
                ring.commit()
                written.release()
        finally:
            written.release(nframe)  # nor the transfer
        return nframe - taken.result()

"""The ring buffer of one chip: the camera writes frames into shared memory, the transfer takes them out.

The camera never waits. It counts what it has written, and the transfer what it has taken; a frame that was
overwritten before or while it was taken is known to be lost, and is never delivered as if it were good.
One writer and one reader, which may be different processes.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.errors import TomoeError

_HEADER_BYTES: Final = mmap.PAGESIZE
_BEGUN, _WRITTEN, _TAKEN = 0, 1, 2


class RingOfOtherSize(TomoeError):
    """The ring buffer that is there was made with another number of slots."""

    what_to_do = "stop the process that holds the ring buffer, then start both with the same number of slots"


class TakenFrame(NamedTuple):
    """A frame out of the ring, with its number since the ring was made, from 0."""

    number: int
    frame: NDArray[np.uint16]


class FrameRing:
    """A ring of uint16 frames (1200 rows x 2160 columns) in a file of shared memory."""

    def __init__(self, path: Path, slots: int) -> None:
        """Make the ring, or join the one that is there with its counts and frames.

        Raises RingOfOtherSize when the one that is there has another number of slots.
        """
        size = _HEADER_BYTES + slots * int(np.prod(ORIGINAL_SHAPE)) * 2
        with path.open("a+b") as file:
            there = file.seek(0, 2)
            if there not in (0, size):
                raise RingOfOtherSize(
                    f"the ring {path} has {there} bytes, not {size} for {slots} slots: "
                    "give both sides the same number of slots, or remove the file when no side runs"
                )
            file.truncate(size)
            memory = mmap.mmap(file.fileno(), size)
        self._path, self._slots = path, slots
        self._counts = np.frombuffer(memory, dtype=np.int64, count=3)
        self._frames: NDArray[np.uint16] = np.frombuffer(
            memory, dtype=np.uint16, offset=_HEADER_BYTES
        ).reshape((slots, *ORIGINAL_SHAPE))

    def slot(self) -> NDArray[np.uint16]:
        """Where the camera writes its next frame; from now on the frame that was there is lost."""
        self._counts[_BEGUN] = self._counts[_WRITTEN] + 1
        slot: NDArray[np.uint16] = self._frames[int(self._counts[_WRITTEN]) % self._slots]
        return slot

    def commit(self) -> None:
        """Say that the frame in the slot is whole."""
        self._counts[_WRITTEN] += 1

    def free_slots(self) -> int:
        """How many more frames the camera can begin before one is lost."""
        return max(0, self._slots - int(self._counts[_BEGUN] - self._counts[_TAKEN]))

    def take(self, out: NDArray[np.uint16]) -> TakenFrame | None:
        """Copy the next whole frame into `out`; None when there is none.

        A number that does not follow the last one taken tells that the frames between were overwritten.
        """
        while True:
            written, taken = int(self._counts[_WRITTEN]), int(self._counts[_TAKEN])
            oldest = max(taken, int(self._counts[_BEGUN]) - self._slots)
            if oldest >= written:
                return None
            np.copyto(out, self._frames[oldest % self._slots])
            self._counts[_TAKEN] = oldest + 1
            if int(self._counts[_BEGUN]) - self._slots <= oldest:
                return TakenFrame(oldest, out)
            # The camera came round while it was being copied: it is lost, and so may be others.

    def close(self, *, remove: bool = False) -> None:
        """Let go of the memory (slots in use keep it); `remove` the file when the other side is done too."""
        del self._counts, self._frames
        if remove:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

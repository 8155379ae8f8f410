"""Frames as the file of a raw cube has them, read a few rows of all of them, or one of them, at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.bias import bias_levels
from tomoe_es.transfer.raw_cube import RawCube


class StoredCube(Protocol):
    """A sequence of frames, as of a raw cube's file."""

    @property
    def levels(self) -> NDArray[np.float32]:
        """Bias level of each frame, (nframe,), in counts."""

    def stored_frames(self) -> Iterator[NDArray[np.uint16]]:
        """Each frame, (1, 1200, 2160), read-only, until the next is read."""

    def read_rows(self, first: int, room: NDArray[np.uint16]) -> None:
        """Read rows of all frames from the `first` on into a room (nframe, rows, 2160)."""


@dataclass(frozen=True, slots=True)
class CubeOnDisk:
    """A sequence in an open file, whose `levels` were read with its digest."""

    file: RawCube
    levels: NDArray[np.float32]

    def stored_frames(self) -> Iterator[NDArray[np.uint16]]:
        """Raises RawCubeCorrupt, OSError."""
        return self.file.stored_frames()

    def read_rows(self, first: int, room: NDArray[np.uint16]) -> None:
        """Raises RawCubeCorrupt, OSError."""
        self.file.read_rows(first, room)


@dataclass(frozen=True, slots=True)
class FramesInMemory:
    """A sequence that is in memory, (nframe, 1200, 2160), read-only."""

    stored: NDArray[np.uint16]

    @property
    def levels(self) -> NDArray[np.float32]:
        """As of a file."""
        return bias_levels(self.stored)

    def stored_frames(self) -> Iterator[NDArray[np.uint16]]:
        """As of a file."""
        return (frame[None] for frame in self.stored)

    def read_rows(self, first: int, room: NDArray[np.uint16]) -> None:
        """As of a file."""
        room[:] = self.stored[:, first : first + room.shape[1]]

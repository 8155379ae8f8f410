"""Raw cubes as FITS files: read with every doubt named."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from astropy.io import fits
from blake3 import blake3
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.errors import TomoeError
from tomoe_es.transfer.fits_unit import FITS_BLOCK
from tomoe_es.transfer.raw_cards import wrong_card
from tomoe_es.transfer.stored_counts import FRAME_BYTES, as_counts, read_only
from tomoe_es.transfer.whole_file import READ_AT_ONCE

_LONGEST_HEADER: Final = 20 * FITS_BLOCK


class RawCubeCorrupt(TomoeError):
    """A raw cube is truncated, its header is damaged, or it isn't one."""

    what_to_do = "look at the disk of the buffer storage; take the exposure again if it is still wanted"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"raw cube {path} is corrupt ({reason}): its data is lost")


@dataclass(frozen=True, slots=True)
class RawCube:
    """A raw cube whose file is open: a frame is read when it's asked for, and takes memory only then.

    Used as a context. It is read and not mapped: where a mapped file loses its end, the process is killed.
    """

    header: fits.Header
    _path: Path
    _file: FileIO
    _offset: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return int(self.header["NAXIS3"])

    def frame(self, number: int) -> NDArray[np.uint16]:
        """One frame, counted from 0, shape (1200, 2160). Raises RawCubeCorrupt, OSError."""
        if not 0 <= number < len(self):
            raise IndexError(f"frame {number} of a cube of {len(self)} frames")
        stored = np.empty(ORIGINAL_SHAPE, np.uint16)
        self._read(number, 0, stored)
        return as_counts(stored)

    def stored_frames(self) -> Iterator[NDArray[np.uint16]]:
        """Each frame as the file has it, see `as_stored`, (1, 1200, 2160), read-only, until the next is read.

        Raises RawCubeCorrupt, OSError.
        """
        room = np.empty((1, *ORIGINAL_SHAPE), np.uint16)
        for number in range(len(self)):
            self._read(number, 0, room[0])
            yield read_only(room)

    def read_rows(self, first: int, room: NDArray[np.uint16]) -> None:
        """Read rows of all frames from the `first` on into a room (nframe, rows, 2160), as the file has them.

        Raises RawCubeCorrupt, OSError.
        """
        for number, rows in enumerate(room):
            self._read(number, first, rows)

    def _read(self, number: int, first_row: int, rows: NDArray[np.uint16]) -> None:
        into = rows.reshape(-1).view(np.uint8).data
        begin = self._offset + number * FRAME_BYTES + 2 * first_row * ORIGINAL_SHAPE[1]
        if os.preadv(self._file.fileno(), [into], begin) < len(into):
            raise RawCubeCorrupt(self._path, "it lost its end while it was read")

    def blake3(
        self,
        look: Callable[[NDArray[np.uint16]], None] = lambda _: None,
        room: NDArray[np.uint16] | None = None,
    ) -> str:
        """Digest of the file, in hexadecimal digits. Raises OSError.

        Each frame, shape (1, 1200, 2160), read-only as `stored` has it, is shown to `look` while it is in the
        cache. All are left in `room` (nframe, 1200, 2160) if there is one.
        """
        digest = blake3()
        room = np.empty((1, *ORIGINAL_SHAPE), np.uint16) if room is None else room
        file = self._file
        file.seek(0)
        digest.update(file.read(self._offset))
        for number in range(len(self)):
            place = number % len(room)
            frame = room[place : place + 1]
            into, begin = frame.reshape(-1).view(np.uint8).data, 0
            while begin < FRAME_BYTES and (count := file.readinto(into[begin : begin + READ_AT_ONCE])):
                digest.update(into[begin : begin + count])
                begin += count
            if begin == FRAME_BYTES:
                look(read_only(frame))
        digest.update(file.read())
        return digest.hexdigest()

    def frames(self) -> NDArray[np.uint16]:
        """All frames, shape (nframe, 1200, 2160)."""
        frames = np.empty((len(self), *ORIGINAL_SHAPE), dtype=np.uint16)
        self.read_rows(0, frames)
        return as_counts(frames)


def open_raw_cube(path: Path) -> RawCube:
    """Open a raw cube.

    Raises FileNotFoundError, or RawCubeCorrupt when it is short or another file, or its header is damaged.
    """
    file = FileIO(path)
    try:
        return _opened(path, file)
    except BaseException:
        file.close()
        raise


def _opened(path: Path, file: FileIO) -> RawCube:
    text = _header_text(file)
    if text is None:
        raise RawCubeCorrupt(path, "it has no FITS header")
    header, offset = fits.Header.fromstring(text), len(text)
    try:
        wrong = _wrong_form(header, offset, os.fstat(file.fileno()).st_size) or wrong_card(header)
    except fits.VerifyError as error:
        wrong = str(error)
    if wrong:
        raise RawCubeCorrupt(path, wrong)
    return RawCube(header, path, file, offset)


def _wrong_form(header: fits.Header, offset: int, size_bytes: int) -> str:
    """Why a file with this header, whose data begin at `offset`, is no whole raw cube; empty where it is."""
    shape = tuple(header.get(f"NAXIS{axis}", 0) for axis in (3, 2, 1))
    if header.get("FMTTYPE") != "TOMOE-IMAGE-RAW" or header.get("BITPIX") != 16:
        return f"its format is {header.get('FMTTYPE')!r}"
    if shape[1:] != ORIGINAL_SHAPE or shape[0] != header.get("NFRAME"):
        return f"its shape is {shape}, it was exposed in {header.get('NFRAME')} frames"
    length = offset + -(-2 * math.prod(shape) // FITS_BLOCK) * FITS_BLOCK
    return f"it has {size_bytes} bytes instead of {length}" if size_bytes != length else ""


def read_raw_cube(path: Path) -> tuple[NDArray[np.uint16], fits.Header]:
    """Frames, shape (nframe, 1200, 2160), and header of a raw cube. Raises as `open_raw_cube` does."""
    with open_raw_cube(path) as cube:
        return cube.frames(), cube.header


def _header_text(file: FileIO) -> str | None:
    """The blocks of a FITS header up to its END; None when it isn't one, or is damaged."""
    text = ""
    while len(text) < _LONGEST_HEADER:
        block = file.read(FITS_BLOCK)
        if len(block) < FITS_BLOCK or not block.isascii():
            return None
        text += block.decode("ascii")
        if not text.startswith("SIMPLE  ="):
            return None
        if any(
            text[card : card + 80].rstrip() == "END" for card in range(len(text) - FITS_BLOCK, len(text), 80)
        ):
            return text
    return None

"""Raw cubes as FITS files: read with every doubt named."""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

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
    """A raw cube mapped from its file: a frame is read when it's asked for, and takes memory only then."""

    header: fits.Header
    _path: Path
    _map: mmap.mmap
    _offset: int

    def __len__(self) -> int:
        return int(self.header["NAXIS3"])

    def __iter__(self) -> Iterator[NDArray[np.uint16]]:
        return (self.frame(number) for number in range(len(self)))

    def frame(self, number: int) -> NDArray[np.uint16]:
        """One frame, counted from 0, shape (1200, 2160)."""
        if not 0 <= number < len(self):
            raise IndexError(f"frame {number} of a cube of {len(self)} frames")
        start = self._offset + number * FRAME_BYTES
        stored = np.frombuffer(self._map, dtype=np.uint16, count=FRAME_BYTES // 2, offset=start)
        frame = as_counts(stored).reshape(ORIGINAL_SHAPE)
        self._map.madvise(mmap.MADV_DONTNEED)  # the kernel would count the pages read as this process's
        return frame

    def stored(self) -> NDArray[np.uint16]:
        """All frames as the file has them, see `as_stored`; read-only, and in memory only where looked at."""
        shape = (len(self), *ORIGINAL_SHAPE)
        return np.frombuffer(self._map, dtype=np.uint16, count=math.prod(shape), offset=self._offset).reshape(
            shape
        )

    def blake3(
        self,
        look: Callable[[NDArray[np.uint16]], None] = lambda _: None,
        room: NDArray[np.uint16] | None = None,
    ) -> str:
        """Digest of the file, in hexadecimal digits. Raises OSError.

        Each frame, shape (1, 1200, 2160), read-only as `stored` has it, is shown to `look` while it is in the
        cache. All are left in `room` (nframe, 1200, 2160) if there is one. They are read for that: where a
        mapped file can't be read, or has lost its end, the process is killed.
        """
        digest = blake3()
        room = np.empty((1, *ORIGINAL_SHAPE), np.uint16) if room is None else room
        with self._path.open("rb", buffering=0) as file:
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

    def release(self) -> None:
        """Give the memory of `stored` back; what is looked at again is read again."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def frames(self) -> NDArray[np.uint16]:
        """All frames, shape (nframe, 1200, 2160)."""
        frames = np.empty((len(self), *ORIGINAL_SHAPE), dtype=np.uint16)
        for frame, out in zip(self, frames, strict=True):
            out[:] = frame
        return frames


def open_raw_cube(path: Path) -> RawCube:
    """Map a raw cube.

    Raises FileNotFoundError, or RawCubeCorrupt when it is short or another file, or its header is damaged.
    """
    with path.open("rb") as file:
        text = _header_text(file)
        if text is None:
            raise RawCubeCorrupt(path, "it has no FITS header")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header, offset = fits.Header.fromstring(text), len(text)
    try:
        wrong = _wrong_form(header, offset, len(mapped)) or wrong_card(header)
    except fits.VerifyError as error:
        wrong = str(error)
    if wrong:
        raise RawCubeCorrupt(path, wrong)
    return RawCube(header, path, mapped, offset)


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
    cube = open_raw_cube(path)
    return cube.frames(), cube.header


def _header_text(file: BinaryIO) -> str | None:
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

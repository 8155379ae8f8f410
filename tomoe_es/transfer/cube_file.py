"""Raw cubes as FITS files: written once, whole or not at all, with a digest; read with every doubt named."""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from blake3 import blake3
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_AREA, ORIGINAL_SHAPE
from tomoe_es.errors import TomoeError
from tomoe_es.transfer.checksum import ones_complement_sum, set_sums
from tomoe_es.transfer.exposure_facts import ExposureFacts
from tomoe_es.transfer.header import add_events, exposure_header
from tomoe_es.transfer.raw_cards import wrong_card

FITS_BLOCK: Final = 2880
_LONGEST_HEADER: Final = 20 * FITS_BLOCK
_SIGN_BIT: Final = np.uint16(0x8000)
_FRAME_BYTES: Final = 2 * math.prod(ORIGINAL_SHAPE)
_READ_AT_ONCE: Final = 1 << 20
SUM_COMMENT: Final = "sum of the whole unit"


class RawCubeCorrupt(TomoeError):
    """A raw cube is truncated, its header is damaged, or it isn't one."""

    what_to_do = "look at the disk of the buffer storage; take the exposure again if it is still wanted"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"raw cube {path} is corrupt ({reason}): its data is lost")


class CubeFile(msgspec.Struct, frozen=True):
    """A complete raw cube on the disk."""

    path: Path
    blake3: str
    size_bytes: int


class WholeFile(msgspec.Struct, frozen=True):
    """A complete file on the disk."""

    path: Path
    sha256: str
    size_bytes: int


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
        start = self._offset + number * _FRAME_BYTES
        stored = np.frombuffer(self._map, dtype=np.uint16, count=_FRAME_BYTES // 2, offset=start)
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
                while begin < _FRAME_BYTES and (count := file.readinto(into[begin : begin + _READ_AT_ONCE])):
                    digest.update(into[begin : begin + count])
                    begin += count
                if begin == _FRAME_BYTES:
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


class RawCubeWriter:
    """Writes a raw cube while its frames come in, one in memory at a time.

    Used as a context: the file has its name once `finish` returned, and nothing is left of it otherwise.
    The same frames and facts give the same bytes. OSError is raised when the disk refuses.
    """

    def __init__(self, path: Path, facts: ExposureFacts) -> None:
        self._path, self._nframe = path, facts.nframe
        self._header = _raw_header(facts)
        self._stored = np.empty(ORIGINAL_SHAPE, dtype=np.uint16)
        self._frames, self._data_sum = 0, 0
        self._file = _partial(path).open("w+b")
        self._file.seek(len(self._header.tostring()))  # the header comes last, with the sums of the data

    def add(self, frame: NDArray[np.uint16]) -> None:
        """Write the next frame, shape (1200, 2160). Raises ValueError for another shape or type."""
        if frame.dtype != np.uint16 or frame.shape != ORIGINAL_SHAPE:
            raise ValueError(f"a frame is {frame.dtype} {frame.shape}, not uint16 {ORIGINAL_SHAPE}")
        stored = as_stored(frame, self._stored).data.cast("B")
        self._data_sum = ones_complement_sum(stored, self._data_sum)
        self._file.write(stored)
        self._frames += 1

    def finish(self) -> CubeFile:
        """Complete the file and give it its name. Raises ValueError for another number of frames."""
        if self._frames != self._nframe:
            raise ValueError(f"{self._frames} frames were added to a cube of {self._nframe}")
        self._file.write(b"\0" * (-self._frames * _FRAME_BYTES % FITS_BLOCK))
        size = self._file.tell()
        set_sums(self._header, self._data_sum, SUM_COMMENT)
        self._file.seek(0)
        self._file.write(self._header.tostring().encode("ascii"))
        self._file.flush()
        digest = blake3_of(_partial(self._path))
        _name_whole_file(self._file, _partial(self._path), self._path)
        return CubeFile(self._path, digest, size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _partial(self._path).unlink(missing_ok=True)
        self._file.close()  # may raise again what the disk refused


def read_only(frames: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The same memory, as a mapped file has it for who compiles by type."""
    view = frames.view()
    view.flags.writeable = False
    return view


def as_stored(frames: NDArray[np.uint16], out: NDArray[np.uint16] | None = None) -> NDArray[np.uint16]:
    """Counts as a FITS file of BZERO = 32768 has them: the sign bit flipped, big-endian."""
    return np.bitwise_xor(frames, _SIGN_BIT, out=out).byteswap(inplace=True)


def as_counts(stored: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """What `as_stored` was given."""
    counts = stored.byteswap()
    counts ^= _SIGN_BIT
    return counts


def write_raw_cube(path: Path, frames: NDArray[np.uint16], facts: ExposureFacts) -> CubeFile:
    """Write frames of shape (nframe, 1200, 2160) as a FITS cube of unsigned 16-bit integers.

    Raises ValueError for another shape or type, OSError when the disk refuses; then no file of that name
    appears.
    """
    with RawCubeWriter(path, facts) as writer:
        for frame in frames:
            writer.add(frame)
        return writer.finish()


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


def blake3_of(path: Path) -> str:
    """BLAKE3 of a file's bytes, in hexadecimal digits."""
    digest, room = blake3(), memoryview(bytearray(_READ_AT_ONCE))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(room):
            digest.update(room[:count])
    return digest.hexdigest()


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


def hdu_bytes(hdu: fits.PrimaryHDU | fits.ImageHDU | fits.BinTableHDU) -> list[bytes | memoryview]:
    """Bytes of a header and data unit, with CHECKSUM and DATASUM set, for `write_whole_file`.

    The comments of the sums hold no time, as astropy's would, so that equal data are equal files.
    """
    data = np.ascontiguousarray(hdu.data).view(np.uint8).reshape(-1).data
    padding = b"\0" * (-data.nbytes % FITS_BLOCK)
    set_sums(hdu.header, ones_complement_sum(padding, ones_complement_sum(data)), SUM_COMMENT)
    return [hdu.header.tostring().encode("ascii"), data, padding]


def write_whole_file(path: Path, parts: Iterable[bytes | memoryview]) -> WholeFile:
    """Write a file under another name, flush it to the disk, then give it its name: never half a file.

    That other name is nobody else's: a worker that was given up may still write the same file. What such a
    one leaves unfinished is deleted. Raises OSError when the disk refuses; then nothing is left behind.
    """
    digest, size = hashlib.sha256(), 0
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with partial.open("xb") as file:
            for part in parts:
                digest.update(part)
                size += file.write(part)
            _name_whole_file(file, partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    return WholeFile(path, digest.hexdigest(), size)


def _partial(path: Path) -> Path:
    """The name of a cube that isn't whole yet; only the camera writes one."""
    return path.with_name(f".{path.name}.part")


def _name_whole_file(file: BinaryIO, partial: Path, path: Path) -> None:
    """Flush a partial file to the disk and give it its name, also on the disk."""
    file.flush()
    os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _raw_header(facts: ExposureFacts) -> fits.Header:
    """Header of a raw cube, with places for its sums."""
    shape = (facts.nframe, *ORIGINAL_SHAPE)
    header = fits.PrimaryHDU(np.broadcast_to(np.zeros((), dtype=">i2"), shape)).header
    header["BSCALE"], header["BZERO"] = 1, (32768, "unsigned 16-bit integers")
    header["BUNIT"] = "count"
    wcs = _predicted_wcs(facts) if facts.data_type == "OBJECT" else None
    header.extend(exposure_header(facts, "TOMOE-IMAGE-RAW", wcs), bottom=True)
    add_events(header, facts.event_positions)
    set_sums(header, 0, SUM_COMMENT)
    return header


def _predicted_wcs(facts: ExposureFacts) -> WCS:
    """Where the pointing puts the chip, in pixels of the original frame."""
    wcs = chip_wcs(facts.det_id, facts.ra_deg, facts.dec_deg)
    rows, columns = IMAGING_AREA
    wcs.wcs.crpix = wcs.wcs.crpix + np.array([columns.start, rows.start])
    return wcs

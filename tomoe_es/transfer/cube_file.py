"""Raw cubes as FITS files: written once, whole or not at all, with a digest; read with every doubt named."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_AREA, ORIGINAL_SHAPE
from tomoe_es.errors import TomoeError
from tomoe_es.transfer.exposure_facts import ExposureFacts
from tomoe_es.transfer.header import add_events, exposure_header

_BLOCK: Final = 2880
_LONGEST_HEADER: Final = 20 * _BLOCK
_SIGN_BIT: Final = np.uint16(0x8000)


class RawCubeCorrupt(TomoeError):
    """A raw cube is truncated, or isn't one."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"raw cube {path} is corrupt ({reason}): its data is lost")


class CubeFile(msgspec.Struct, frozen=True):
    """A complete file on the disk."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RawCube:
    """A raw cube mapped from its file; frames are read when they're asked for."""

    header: fits.Header
    _stored: NDArray[np.int16]

    def __len__(self) -> int:
        return int(self._stored.shape[0])

    def frame(self, number: int) -> NDArray[np.uint16]:
        """One frame, counted from 0, shape (1200, 2160)."""
        frame: NDArray[np.uint16] = self._stored[number].astype(np.int16).view(np.uint16)
        frame ^= _SIGN_BIT
        return frame

    def frames(self) -> NDArray[np.uint16]:
        """All frames, shape (nframe, 1200, 2160)."""
        frames = self._stored.astype(np.int16).view(np.uint16)
        frames ^= _SIGN_BIT
        return frames


def write_raw_cube(path: Path, frames: NDArray[np.uint16], facts: ExposureFacts) -> CubeFile:
    """Write frames of shape (nframe, 1200, 2160) as a FITS cube of unsigned 16-bit integers.

    The same frames and facts give the same bytes. Raises ValueError for another shape or type, OSError when
    the disk refuses; then no file of that name appears.
    """
    if frames.dtype != np.uint16 or frames.shape != (facts.nframe, *ORIGINAL_SHAPE):
        raise ValueError(f"frames are {frames.dtype} {frames.shape}, not uint16 ({facts.nframe}, 1200, 2160)")
    stored = np.empty(frames.shape, dtype=">i2")
    for number, frame in enumerate(frames):
        stored[number] = (frame ^ _SIGN_BIT).view(np.int16)
    hdu = fits.PrimaryHDU(stored)
    hdu.header["BSCALE"], hdu.header["BZERO"] = 1, (32768, "unsigned 16-bit integers")
    hdu.header["BUNIT"] = "count"
    wcs = _predicted_wcs(facts) if facts.data_type == "OBJECT" else None
    hdu.header.extend(exposure_header(facts, "TOMOE-IMAGE-RAW", wcs), bottom=True)
    add_events(hdu.header, facts.event_positions)
    return write_whole_file(path, hdu_bytes(hdu))


def open_raw_cube(path: Path) -> RawCube:
    """Map a raw cube. Raises FileNotFoundError, or RawCubeCorrupt when it is short or another file."""
    with path.open("rb") as file:
        text = _header_text(file)
    if text is None:
        raise RawCubeCorrupt(path, "it has no FITS header")
    header, offset = fits.Header.fromstring(text), len(text)
    shape = tuple(header.get(f"NAXIS{axis}", 0) for axis in (3, 2, 1))
    if header.get("FMTTYPE") != "TOMOE-IMAGE-RAW" or header.get("BITPIX") != 16:
        raise RawCubeCorrupt(path, f"its format is {header.get('FMTTYPE')!r}")
    if shape[1:] != ORIGINAL_SHAPE or shape[0] != header.get("NFRAME"):
        raise RawCubeCorrupt(path, f"its shape is {shape}, it was exposed in {header.get('NFRAME')} frames")
    length = offset + -(-2 * math.prod(shape) // _BLOCK) * _BLOCK
    actual = path.stat().st_size
    if actual != length:
        raise RawCubeCorrupt(path, f"it has {actual} bytes instead of {length}")
    return RawCube(header, np.memmap(path, dtype=">i2", mode="r", offset=offset, shape=shape))


def read_raw_cube(path: Path) -> tuple[NDArray[np.uint16], fits.Header]:
    """Frames, shape (nframe, 1200, 2160), and header of a raw cube. Raises as `open_raw_cube` does."""
    cube = open_raw_cube(path)
    return cube.frames(), cube.header


def _header_text(file: BinaryIO) -> str | None:
    """The blocks of a FITS header up to its END; None when it isn't one, or is damaged."""
    text = ""
    while len(text) < _LONGEST_HEADER:
        block = file.read(_BLOCK)
        if len(block) < _BLOCK or not block.isascii():
            return None
        text += block.decode("ascii")
        if not text.startswith("SIMPLE  ="):
            return None
        if any(text[card : card + 80].rstrip() == "END" for card in range(len(text) - _BLOCK, len(text), 80)):
            return text
    return None


def hdu_bytes(hdu: fits.PrimaryHDU | fits.ImageHDU | fits.BinTableHDU) -> list[bytes | memoryview]:
    """Bytes of a header and data unit, with CHECKSUM and DATASUM set, for `write_whole_file`.

    The comments of the sums hold no time, as astropy's would, so that equal data are equal files.
    """
    hdu.add_checksum(when="sum of the whole unit")
    hdu.header.comments["DATASUM"] = "sum of the data"
    hdu.add_checksum(when="sum of the whole unit")
    data = np.ascontiguousarray(hdu.data).view(np.uint8).reshape(-1)
    return [hdu.header.tostring().encode("ascii"), data.data, b"\0" * (-data.nbytes % _BLOCK)]


def write_whole_file(path: Path, parts: Iterable[bytes | memoryview]) -> CubeFile:
    """Write a file under another name, flush it to the disk, then give it its name: never half a file.

    Raises OSError when the disk refuses; then nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with partial.open("wb") as file:
            for part in parts:
                digest.update(part)
                size += file.write(part)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return CubeFile(path, digest.hexdigest(), size)


def _predicted_wcs(facts: ExposureFacts) -> WCS:
    """Where the pointing puts the chip, in pixels of the original frame."""
    wcs = chip_wcs(facts.det_id, facts.ra_deg, facts.dec_deg)
    rows, columns = IMAGING_AREA
    wcs.wcs.crpix = wcs.wcs.crpix + np.array([columns.start, rows.start])
    return wcs

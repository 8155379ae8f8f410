"""Raw cubes as FITS files: written once, whole or not at all, with a digest."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_AREA, ORIGINAL_SHAPE
from tomoe_es.transfer.checksum import ones_complement_sum, set_sums
from tomoe_es.transfer.exposure_facts import ExposureFacts
from tomoe_es.transfer.fits_unit import FITS_BLOCK, SUM_COMMENT
from tomoe_es.transfer.header import add_events, exposure_header
from tomoe_es.transfer.stored_counts import FRAME_BYTES, as_stored
from tomoe_es.transfer.whole_file import blake3_of, name_whole_file


class CubeFile(msgspec.Struct, frozen=True):
    """A complete raw cube on the disk."""

    path: Path
    blake3: str
    size_bytes: int


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
        self._file.write(b"\0" * (-self._frames * FRAME_BYTES % FITS_BLOCK))
        size = self._file.tell()
        set_sums(self._header, self._data_sum, SUM_COMMENT)
        self._file.seek(0)
        self._file.write(self._header.tostring().encode("ascii"))
        self._file.flush()
        digest = blake3_of(_partial(self._path))
        name_whole_file(self._file, _partial(self._path), self._path)
        return CubeFile(self._path, digest, size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _partial(self._path).unlink(missing_ok=True)
        self._file.close()  # may raise again what the disk refused


def write_raw_cube(path: Path, frames: NDArray[np.uint16], facts: ExposureFacts) -> CubeFile:
    """Write frames of shape (nframe, 1200, 2160) as a FITS cube of unsigned 16-bit integers.

    Raises ValueError for another shape or type, OSError when the disk refuses; then no file of that name
    appears.
    """
    with RawCubeWriter(path, facts) as writer:
        for frame in frames:
            writer.add(frame)
        return writer.finish()


def _partial(path: Path) -> Path:
    """The name of a cube that isn't whole yet; only the camera writes one."""
    return path.with_name(f".{path.name}.part")


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

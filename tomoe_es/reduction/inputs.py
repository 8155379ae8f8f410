"""What a job reads: the raw cube and its calibration frames, each held against its recorded digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.conditions import (
    CalibrationCorrupt,
    CalibrationMissing,
    CubeMissing,
    DigestMismatch,
    StorageFailed,
)
from tomoe_es.reduction.job import ReductionJob
from tomoe_es.reduction.stored_cube import CubeOnDisk
from tomoe_es.transfer.raw_cards import is_number
from tomoe_es.transfer.raw_cube import open_raw_cube
from tomoe_es.transfer.stored_counts import read_only

MOST_FRAMES_KEPT: Final = 24
"""Of a cube, in whose room the next one is read; a survey takes 18."""


class CubeRead(NamedTuple):
    """A raw cube in memory, until the next one is read.

    Its header, its frames `stored` as the file has them, (nframe, 1200, 2160), and the bias `levels` of each,
    (nframe,), in counts.
    """

    header: fits.Header
    stored: NDArray[np.uint16]
    levels: NDArray[np.float32]


def read_cube(job: ReductionJob) -> CubeRead:
    """The job's raw cube in memory. Raises CubeMissing, RawCubeCorrupt, DigestMismatch, StorageFailed."""
    levels: list[NDArray[np.float32]] = []
    with _storage_named(job), open_raw_cube(job.cube_path) as cube:
        room = _room_for_frames(len(cube)) if len(cube) <= MOST_FRAMES_KEPT else _new_frames(len(cube))
        actual = cube.blake3(lambda frame: levels.append(bias_levels(frame)), room)
    _require(job, actual)
    return CubeRead(cube.header, read_only(room), np.concatenate(levels))


@contextmanager
def opened_cube(job: ReductionJob) -> Iterator[CubeOnDisk]:
    """The job's raw cube, to be read bit by bit: of many frames, too large for memory. Raises as `read_cube`.

    Also while it is read; what is written meanwhile may not raise OSError.
    """
    with _storage_named(job), open_raw_cube(job.cube_path) as cube:
        levels: list[NDArray[np.float32]] = []
        _require(job, cube.blake3(lambda frame: levels.append(bias_levels(frame))))
        yield CubeOnDisk(cube, np.concatenate(levels))


@contextmanager
def _storage_named(job: ReductionJob) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise CubeMissing(job.cube_path) from error
    except OSError as error:
        raise StorageFailed(job.cube_path, str(error)) from error


def _require(job: ReductionJob, actual: str) -> None:
    if actual != job.cube_blake3:
        raise DigestMismatch(job.cube_path, job.cube_blake3, actual)


def _new_frames(nframe: int) -> NDArray[np.uint16]:
    return np.empty((nframe, *ORIGINAL_SHAPE), np.uint16)


_room_for_frames = lru_cache(maxsize=1)(_new_frames)
"""The same in each call: memory that need not be given and cleared for each job, 5.2 MB a frame."""


def read_dark(job: ReductionJob) -> CalibrationFrame:
    """The job's master dark. Raises CalibrationMissing, CalibrationCorrupt, DigestMismatch."""
    return _read("DARK", job.det_id, job.dark_path, job.dark_sha256)


def read_flat(job: ReductionJob) -> CalibrationFrame:
    """The job's master flat. Raises CalibrationMissing, CalibrationCorrupt, DigestMismatch."""
    return _read("FLAT", job.det_id, job.flat_path, job.flat_sha256)


def _read(kind: str, det_id: int, path: Path | None, sha256: str | None) -> CalibrationFrame:
    if path is None or sha256 is None:
        raise CalibrationMissing(kind.lower(), det_id, "none was taken before the exposure")
    if not path.is_file():
        raise CalibrationMissing(kind.lower(), det_id, f"{path} is gone")
    return _read_verified(kind, det_id, path, sha256)


@lru_cache(maxsize=4)
def _read_verified(kind: str, det_id: int, path: Path, sha256: str) -> CalibrationFrame:
    """Cached by digest, since all cubes of a chip share their dark and flat for a night (20 MB a frame)."""
    try:
        _verify_digest(path, sha256)
        with fits.open(path, memmap=False) as hdus:
            header = hdus[0].header
            of_kind, chip, frames, temperature_k = (
                header.get(key) for key in ("FMTTYPE", "DET_ID", "NFRAME", "TMP_SENS")
            )
            planes = [np.ascontiguousarray(hdus[name].data) for name in (0, "NOISE", "MASK")]
    except (OSError, KeyError, ValueError, fits.VerifyError) as error:
        raise CalibrationCorrupt(path, str(error)) from error
    if of_kind != f"TOMOE-IMAGE-{kind}" or chip != det_id:
        raise CalibrationCorrupt(path, f"it is {of_kind} of chip {chip}")
    if any(plane.shape != IMAGING_SHAPE for plane in planes):
        raise CalibrationCorrupt(path, "its planes have the wrong shape")
    image, noise, mask = planes
    wrong = _wrong_cards(frames, temperature_k) or _wrong_values(kind, image, noise)
    if wrong:
        raise CalibrationCorrupt(path, wrong)
    return CalibrationFrame(
        image.astype(np.float32), noise.astype(np.float32), mask.astype(np.uint8), frames, temperature_k
    )


def _wrong_cards(frames: object, temperature_k: object) -> str:
    """What is wrong in the header of a master; empty where nothing is."""
    if type(frames) is not int or frames < 1:
        return f"its NFRAME is {frames!r}"
    if temperature_k is not None and not is_number(temperature_k):
        return f"its TMP_SENS is {temperature_k!r}"
    return ""


def _wrong_values(kind: str, image: NDArray[np.float32], noise: NDArray[np.float32]) -> str:
    """What can't be in the planes of a master, as no master is made with it; empty where all may be."""
    for name, plane in (("image", image), ("noise", noise)):
        if not np.isfinite(plane).all():
            return f"{np.count_nonzero(~np.isfinite(plane))} pixels of its {name} are no numbers"
    if kind == "FLAT" and image.min() <= 0:
        return f"{np.count_nonzero(image <= 0)} pixels of its image are 0 or less"
    if noise.min() < 0:
        return f"{np.count_nonzero(noise < 0)} pixels of its noise are less than 0"
    return ""


def _verify_digest(path: Path, expected: str) -> None:
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected:
        raise DigestMismatch(path, expected, actual)

"""Mean of the many frames of a calibration sequence, with rejection, a few rows of all frames at a time.

A cosmic ray, or a star in a flat, is left out of its pixel where it is 3 sigma off, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.clipping import CLIP_SIGMA, variance_law
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_CLIP
from tomoe_es.reduction.kernels import calibrate_and_combine
from tomoe_es.reduction.lost_lines import ROWS_A_BAND, constant_bands, lost_fraction
from tomoe_es.reduction.near_frames import OverTime

ROWS_AT_ONCE: Final = ROWS_A_BAND
"""Of 360 frames 19 MB."""
FRAMES_AT_ONCE: Final = 32


class StoredCube(Protocol):
    """A raw cube on the disk, such as `tomoe_es.transfer.raw_cube.RawCube`."""

    def stored(self) -> NDArray[np.uint16]:
        """Frames as the file has them, (nframe, 1200, 2160)."""

    def release(self) -> None:
        """Give back memory that holds parts of the file."""


@dataclass(frozen=True, slots=True)
class Combined:
    """Planes (1128, 2000): `mean` and `noise` (standard deviation of one frame), float32, and frames `used`,
    uint16; the number of `frames`, the part of all values that was rejected, and that of lines that hold no
    data of their own frame.
    """

    mean: NDArray[np.float32]
    noise: NDArray[np.float32]
    used: NDArray[np.uint16]
    frames: int
    rejected_fraction: float
    lost_fraction: float


def levels_of(cube: StoredCube) -> NDArray[np.float32]:
    """Bias level of each frame, counts. Raises TooFewFrames for fewer than 5 frames."""
    stored = cube.stored()
    if len(stored) < FEWEST_FRAMES_TO_CLIP:
        raise TooFewFrames("a mean with rejection", len(stored), FEWEST_FRAMES_TO_CLIP)
    levels = np.empty(len(stored), np.float32)
    for first in range(0, len(stored), FRAMES_AT_ONCE):
        some = slice(first, first + FRAMES_AT_ONCE)
        levels[some] = bias_levels(stored[some])
        cube.release()
    return levels


def combine(
    cube: StoredCube,
    levels: NDArray[np.float32],
    scales: NDArray[np.float32],
    dark: NDArray[np.float32],
    read_variance: float,
    variance_a_unit: float,
) -> Combined:
    """Combine (counts - level - dark) x scale of all frames; `levels` and `scales` are one a frame.

    The variance of one frame that is expected at least is `read_variance` plus `variance_a_unit` for each
    unit of the result.
    """
    stored = cube.stored()
    frames, (rows, columns) = len(stored), IMAGING_SHAPE
    mean, temporal = (np.empty(IMAGING_SHAPE, np.float32) for _ in range(2))
    used = np.empty(IMAGING_SHAPE, np.uint16)
    lines, ones = np.empty((frames, columns), np.float32), np.ones((ROWS_AT_ONCE, columns), np.float32)
    no_plane = np.empty((0, columns), np.float32)
    signatures, constant = (
        np.empty((frames, rows), np.uint32),
        np.empty((frames, rows // ROWS_AT_ONCE), np.bool_),
    )
    of_band = np.empty((frames, ROWS_AT_ONCE), np.uint32)
    for first in range(0, rows, ROWS_AT_ONCE):
        band = slice(first, first + ROWS_AT_ONCE)
        calibrate_and_combine(
            stored,
            first,
            (0, ROWS_AT_ONCE),
            levels,
            scales,
            np.full(frames, 65535, np.uint16),
            0,
            dark[band],
            ones,
            lines,
            np.empty(0, np.int64),
            np.empty(0, np.float32),
            OverTime(no_plane, no_plane, no_plane),
            CLIP_SIGMA,
            variance_law(read_variance, variance_a_unit, frames),
            mean[band],
            temporal[band],
            used[band],
            np.zeros((ROWS_AT_ONCE, columns), np.bool_),
            of_band,
        )
        signatures[:, band] = of_band
        constant[:, first // ROWS_AT_ONCE, None] = constant_bands(stored, band.start, band.stop)
        cube.release()
    rejected = 1 - float(used.sum(dtype=np.int64)) / (frames * used.size)
    lost = lost_fraction(constant, signatures)
    return Combined(mean, np.sqrt(temporal), used, frames, rejected, lost)

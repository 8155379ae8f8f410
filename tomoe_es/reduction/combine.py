"""Mean of the many frames of a calibration sequence, with rejection, a few rows of all frames at a time.

A cosmic ray, or a star in a flat, is left out of its pixel where it is 3 sigma off, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.clipping import CLIP_SIGMA, variance_law
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_CLIP
from tomoe_es.reduction.kernels import calibrate_and_combine
from tomoe_es.reduction.lost_lines import ROWS_A_BAND, constant_bands, lost_fraction
from tomoe_es.reduction.near_frames import OverTime
from tomoe_es.reduction.stored_cube import StoredCube
from tomoe_es.transfer.stored_counts import read_only

ROWS_AT_ONCE: Final = ROWS_A_BAND
"""Of 360 frames 19 MB."""
_IN_A_BAND: Final = -IMAGING_AREA[0].start
"""Where the imaging area begins, from a band that was read alone, for what counts rows from its begin."""


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
    levels = cube.levels
    if len(levels) < FEWEST_FRAMES_TO_CLIP:
        raise TooFewFrames("a mean with rejection", len(levels), FEWEST_FRAMES_TO_CLIP)
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
    frames, (rows, columns) = len(levels), IMAGING_SHAPE
    room = np.empty((frames, ROWS_AT_ONCE, ORIGINAL_SHAPE[1]), np.uint16)
    stored = read_only(room)
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
        cube.read_rows(IMAGING_AREA[0].start + first, room)
        calibrate_and_combine(
            stored,
            _IN_A_BAND,
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
        constant[:, first // ROWS_AT_ONCE, None] = constant_bands(
            stored, _IN_A_BAND, _IN_A_BAND + ROWS_AT_ONCE
        )
    rejected = 1 - float(used.sum(dtype=np.int64)) / (frames * used.size)
    lost = lost_fraction(constant, signatures)
    return Combined(mean, np.sqrt(temporal), used, frames, rejected, lost)

"""Calibrated frames: bias and dark subtracted, divided by the flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import FULL_WELL_E, IMAGING_AREA, IMAGING_SHAPE
from tomoe_es.reduction.bias import bias_level
from tomoe_es.reduction.calibration_frame import CalibrationFrame

SATURATED_PART_OF_FULL_WELL = 0.98


class Frames(Protocol):
    """Original frames, each of shape (1200, 2160): an array, or a cube that reads them one by one."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[NDArray[np.uint16]]: ...


@dataclass(frozen=True, slots=True)
class CalibratedCube:
    """`frames` (nframe, 1128, 2000) float32 in counts; `saturated` (1128, 2000) bool: in any frame;
    `bad` (1128, 2000) bool: bad in dark or flat; `saturated_fraction` of all pixels of all frames.
    """

    frames: NDArray[np.float32]
    saturated: NDArray[np.bool_]
    bad: NDArray[np.bool_]
    saturated_fraction: float

    def without_frames(self) -> CalibratedCube:
        """What is left when the frames, 162 MB of 18, have been used."""
        return replace(self, frames=np.empty((0, *IMAGING_SHAPE), dtype=np.float32))


def calibrate(
    frames: Frames, dark: CalibrationFrame, flat: CalibrationFrame, gain_e_per_count: float
) -> CalibratedCube:
    """Calibrate original frames. Bad pixels keep their values."""
    calibrated = np.empty((len(frames), *IMAGING_SHAPE), dtype=np.float32)
    saturated = np.zeros(IMAGING_SHAPE, dtype=bool)
    sensitivity = np.float32(1) / flat.image
    full_well_counts = SATURATED_PART_OF_FULL_WELL * FULL_WELL_E / gain_e_per_count
    saturated_pixels = 0
    for frame, out in zip(frames, calibrated, strict=True):
        imaging, level = frame[IMAGING_AREA], bias_level(frame)
        full = imaging >= min(level + full_well_counts, 65535)
        saturated_pixels += int(np.count_nonzero(full))
        saturated |= full
        np.subtract(imaging, np.float32(level), out=out, dtype=np.float32)
        out -= dark.image
        out *= sensitivity
    return CalibratedCube(calibrated, saturated, dark.bad | flat.bad, saturated_pixels / calibrated.size)

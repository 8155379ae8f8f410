"""Calibrated frames: bias and dark subtracted, divided by the flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import FULL_WELL_E, IMAGING_AREA, IMAGING_SHAPE
from tomoe_es.reduction.bias import bias_level
from tomoe_es.reduction.calibration_frame import CalibrationFrame

SATURATED_PART_OF_FULL_WELL = 0.98


@dataclass(frozen=True, slots=True)
class CalibratedCube:
    """`frames` (nframe, 1128, 2000) float32 in counts; `saturated` (1128, 2000) bool: in any frame;
    `bad` (1128, 2000) bool: bad in dark or flat; `saturated_fraction` of all pixels of all frames.
    """

    frames: NDArray[np.float32]
    saturated: NDArray[np.bool_]
    bad: NDArray[np.bool_]
    saturated_fraction: float


def calibrate(
    frames: NDArray[np.uint16], dark: CalibrationFrame, flat: CalibrationFrame, gain_e_per_count: float
) -> CalibratedCube:
    """Calibrate original frames, shape (nframe, 1200, 2160). Bad pixels keep their values."""
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

"""Master dark: what the chip reads without light, fixed bias pattern and hot pixels included."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE, READ_NOISE_E
from tomoe_es.reduction.bad_columns import bad_columns
from tomoe_es.reduction.calibration_frame import CalibrationFrame, robust_sigma
from tomoe_es.reduction.combine import Combined, combine, levels_of
from tomoe_es.reduction.mask import BAD_COLUMN, HOT
from tomoe_es.reduction.stored_cube import StoredCube

HOT_SIGMA: Final = 8.0


def master_dark(
    cube: StoredCube, gain_e_per_count: float, temperature_k: float | None = None
) -> tuple[CalibrationFrame, Combined]:
    """Mean dark in counts.

    Pixels that stand out of the whole chip, or are noisier than it, by 8 sigma are hot. Raises TooFewFrames.
    """
    levels = levels_of(cube)
    combined = combine(
        cube,
        levels,
        np.ones_like(levels),
        np.zeros(IMAGING_SHAPE, np.float32),
        (READ_NOISE_E / gain_e_per_count) ** 2,
        1 / gain_e_per_count,
    )
    hot = _stands_out(combined.mean) | _stands_out(combined.noise)
    mask = np.where(hot, np.uint8(HOT), np.uint8(0))
    mask[:, bad_columns(combined.mean, hot) | bad_columns(combined.noise, hot)] |= BAD_COLUMN
    return CalibrationFrame(combined.mean, combined.noise, mask, combined.frames, temperature_k), combined


def _stands_out(plane: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(plane - np.median(plane) > HOT_SIGMA * robust_sigma(plane))

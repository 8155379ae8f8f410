"""Master flat: relative sensitivity of the pixels, from frames of the twilight sky."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, READ_NOISE_E
from tomoe_es.reduction.bad_columns import bad_columns
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.combine import Combined, combine, levels_of
from tomoe_es.reduction.mask import BAD_COLUMN, INSENSITIVE
from tomoe_es.reduction.stored_cube import StoredCube
from tomoe_es.transfer.stored_counts import as_counts

LOWEST_SENSITIVITY: Final = 0.3
HIGHEST_SENSITIVITY: Final = 2.0
LEVEL_STEP: Final = 4
"""Every fourth pixel of every fourth row tells a frame's level."""


def master_flat(
    cube: StoredCube, dark: CalibrationFrame, gain_e_per_count: float, temperature_k: float | None = None
) -> tuple[CalibrationFrame, Combined, NDArray[np.float32]]:
    """Mean flat with median 1, and the level of each frame, shape (nframe,), in counts.

    Each frame is brought to the same level first, since twilight fades. The dark may have another exposure:
    it is mostly the bias pattern, and hot pixels are bad anyway. Bad are also pixels of a sensitivity outside
    of 0.3 to 2, and columns that differ from their neighbours. Raises TooFewFrames.
    """
    biases = levels_of(cube)
    levels = _light_levels(cube, biases, dark)
    faintest = max(float(levels.min()), 1.0)
    combined = combine(
        cube,
        biases,
        np.reciprocal(np.maximum(levels, np.float32(1))),
        dark.image,
        (READ_NOISE_E / gain_e_per_count / faintest) ** 2,
        1 / (gain_e_per_count * faintest),
    )
    middle = np.median(combined.mean)
    image, noise = combined.mean / middle, combined.noise / middle
    trusted = (image >= LOWEST_SENSITIVITY) & (image <= HIGHEST_SENSITIVITY)
    columns = bad_columns(image, dark.bad | ~trusted)
    image[~trusted] = 1
    mask = dark.mask.copy()
    mask[~trusted] |= INSENSITIVE
    mask[:, columns] |= BAD_COLUMN
    return CalibrationFrame(image, noise, mask, combined.frames, temperature_k), combined, levels


def _light_levels(
    cube: StoredCube, biases: NDArray[np.float32], dark: CalibrationFrame
) -> NDArray[np.float32]:
    rows, columns = (slice(area.start, area.stop, LEVEL_STEP) for area in IMAGING_AREA)
    of_dark = dark.image[::LEVEL_STEP, ::LEVEL_STEP]
    levels = np.empty_like(biases)
    for number, frame in enumerate(cube.stored_frames()):
        counts = as_counts(frame[0, rows, columns])
        levels[number] = np.median(counts - biases[number] - of_dark)
    return levels

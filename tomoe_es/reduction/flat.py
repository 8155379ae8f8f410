"""Master flat: relative sensitivity of the pixels, from frames of the twilight sky."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.bias import subtract_bias
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.combine import combine

LOWEST_SENSITIVITY = 0.3
HIGHEST_SENSITIVITY = 2.0


def master_flat(
    frames: Iterable[NDArray[np.uint16]], dark: CalibrationFrame
) -> tuple[CalibrationFrame, NDArray[np.float64]]:
    """Mean flat with median 1, and the level of each frame, shape (nframe,), in counts.

    Takes original frames, shape (1200, 2160), one at a time. Each is brought to the same level first, since
    twilight fades. The dark may have another exposure: it is mostly the bias pattern, and hot pixels are bad
    anyway. Bad are also pixels of a sensitivity outside of 0.3 to 2. Raises TooFewFrames.
    """
    levels: list[float] = []
    combined = combine(_level_out(frames, dark, levels))
    image = combined.mean / np.median(combined.mean)
    trusted = (image >= LOWEST_SENSITIVITY) & (image <= HIGHEST_SENSITIVITY)
    image = np.where(trusted, image, np.float32(1)).astype(np.float32)
    return CalibrationFrame(image, combined.noise, dark.bad | ~trusted, combined.frames), np.asarray(levels)


def _level_out(
    frames: Iterable[NDArray[np.uint16]], dark: CalibrationFrame, levels: list[float]
) -> Iterator[NDArray[np.float32]]:
    for frame in frames:
        light = subtract_bias(frame)
        light -= dark.image
        level = float(np.median(light[::4, ::4]))
        levels.append(level)
        light /= np.float32(max(level, 1.0))
        yield light

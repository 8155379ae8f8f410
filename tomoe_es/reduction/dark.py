"""Master dark: what the chip reads without light, fixed bias pattern and hot pixels included."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.bias import subtract_bias
from tomoe_es.reduction.calibration_frame import CalibrationFrame, robust_sigma
from tomoe_es.reduction.combine import combine

HOT_SIGMA = 8.0


def master_dark(frames: Iterable[NDArray[np.uint16]]) -> CalibrationFrame:
    """Mean dark in counts from original frames, shape (1200, 2160), one at a time.

    Pixels that stand out of the whole chip, or are noisier than it, by 8 sigma are bad. Raises TooFewFrames.
    """
    combined = combine(subtract_bias(frame) for frame in frames)
    bad = _stands_out(combined.mean) | _stands_out(combined.noise)
    return CalibrationFrame(combined.mean, combined.noise, bad, combined.frames)


def _stands_out(plane: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(plane - np.median(plane) > HOT_SIGMA * robust_sigma(plane))

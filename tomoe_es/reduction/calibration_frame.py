"""A master dark or flat: what a science frame is calibrated with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tomoe_es.reduction.mask import BAD


@dataclass(frozen=True)
class CalibrationFrame:
    """Planes of shape (1128, 2000).

    `image` float32 (counts for a dark, relative sensitivity for a flat), `noise` float32 (standard deviation
    of one frame, same unit), `mask` uint8 (bits of `mask`), how many frames went in, and the sensor's
    temperature, None where that isn't known.
    """

    image: NDArray[np.float32]
    noise: NDArray[np.float32]
    mask: NDArray[np.uint8]
    frames: int
    temperature_k: float | None = None

    @cached_property
    def inverse_image(self) -> NDArray[np.float32]:
        """One over the image of a flat, which has no 0; kept for all cubes of the chip."""
        return np.reciprocal(self.image)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Pixels not to be trusted."""
        return np.asarray((self.mask & BAD) != 0)


def robust_sigma(values: NDArray[np.float32]) -> float:
    """Standard deviation from the median absolute deviation, for a Gaussian with outliers."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))

"""How unevenly the sky lights a chip: what is in the way of a part of it, or shines into it, shows there."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE: Final = 10
"""Every 10th pixel of every 10th row: some 900 a box."""
BOXES: Final = (4, 6)
"""Rows and columns of boxes, of some 280 x 330 pixels: a light symmetric about the middle shows as well."""


def sky_unevenness(image: NDArray[np.float32], noise_counts: float) -> float:
    """By which part of it the sky of the second brightest box exceeds that of the darkest, from 0 to 1.

    The brightest one doesn't count: a bright star's halo, or a globular cluster, fills no more than one.
    `image` (height, width) is a stack in counts. A sky fainter than `noise_counts`, the noise of a pixel of
    one frame, counts as that: where there is no light, none is missing.
    """
    sample = image[::SAMPLE, ::SAMPLE]
    height, width = (size // boxes for size, boxes in zip(sample.shape, BOXES, strict=True))
    whole = sample[: height * BOXES[0], : width * BOXES[1]].reshape(BOXES[0], height, BOXES[1], width)
    levels = np.sort(np.median(whole, axis=(1, 3)), axis=None)
    return float((levels[-2] - levels[0]) / max(levels[-2], noise_counts, 1e-6))

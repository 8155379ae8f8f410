"""How unevenly the sky lights a chip: what is in the way of a part of it shows there, stars or not."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE: Final = 8
"""Every 8th pixel of every 8th row: 8,800 a quarter."""


def sky_unevenness(image: NDArray[np.float32], noise_counts: float) -> float:
    """By which part of it the brightest quarter's sky exceeds the darkest quarter's, from 0 to 1.

    `image` (height, width) is a stack in counts. A sky fainter than `noise_counts`, the noise of a pixel of
    one frame, counts as that: where there is no light, none is missing.
    """
    rows, columns = (slice(None, size // 2) for size in image.shape)
    halves = [(rows, slice(rows.stop, None)), (columns, slice(columns.stop, None))]
    levels = [
        float(np.median(image[row, column][::SAMPLE, ::SAMPLE])) for row in halves[0] for column in halves[1]
    ]
    return (max(levels) - min(levels)) / max(*levels, noise_counts, 1e-6)

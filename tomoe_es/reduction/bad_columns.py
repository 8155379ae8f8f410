"""Columns of a master that differ from those beside them: a fault of the column's amplifier."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

COLUMN_SIGMA: Final = 8.0
NEIGHBOURS: Final = 101
LARGEST_BAD_PART: Final = 0.3
ROW_STEP: Final = 4
"""Every fourth row tells a column's median well enough."""


def bad_columns(plane: NDArray[np.float32], bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns, shape (columns,), whose median is 8 sigma off, or of which 30 % of the pixels are `bad`.

    Off from the median of the 101 columns around; sigma is that of all columns, robust.
    """
    medians = np.median(plane[::ROW_STEP], axis=0)
    off = medians - median_filter(medians, NEIGHBOURS, mode="nearest")
    sigma = 1.4826 * float(np.median(np.abs(off)))
    outstanding = np.abs(off) > COLUMN_SIGMA * sigma
    return np.asarray(outstanding | (bad.mean(axis=0) > LARGEST_BAD_PART))

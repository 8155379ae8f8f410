"""The frames of a cube in groups of near ones, whose means show what one frame is too noisy for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

GROUPS: Final = 6


def group_edges(first_used: int, frames: int) -> NDArray[np.int64]:
    """Of the frames from `first_used` on, at least 6: group g is those from edge g to before edge g + 1."""
    return np.linspace(first_used, frames, GROUPS + 1).round().astype(np.int64)

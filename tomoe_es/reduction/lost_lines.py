"""Lines of a cube that hold no data of their own frame: never written, or left over from another frame.

A ring buffer that overwrote a frame, or a transfer that ended early, leaves zeros, or lines that a former
frame had already. Real lines are noisy, so that two are never the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE

ROWS_A_BAND: Final = 12
"""Lines judged together."""
_POWERS: Final = np.cumprod(np.full(ROWS_A_BAND, 0x9E3779B97F4A7C15, np.uint64))
"""Odd factors that make one of 64 bits of a band's signatures. Of 32 bits, one in 700 cubes of 360 frames
would have two that agree by chance: it has 6 million pairs."""


def constant_bands(
    stored: NDArray[np.uint16], first: int = 0, stop: int = IMAGING_SHAPE[0]
) -> NDArray[np.bool_]:
    """Which bands of the imaging area's rows, from `first` to before `stop`, are constant, (nframe, bands).

    The first 64 pixels of a band's first line tell.
    """
    row, column = IMAGING_AREA[0].start, IMAGING_AREA[1].start
    lines = stored[:, row + first : row + stop : ROWS_A_BAND, column : column + 64]
    return np.asarray((lines == lines[..., :1]).all(axis=2))


def lost_fraction(constant: NDArray[np.bool_], signatures: NDArray[np.uint32]) -> float:
    """Part of the bands of 12 lines of all frames that are constant, or as in an earlier frame.

    `signatures` (nframe, rows) are those of `kernels.calibrate_and_combine`.
    """
    nframe, rows = signatures.shape
    bands = (signatures.reshape(nframe, rows // ROWS_A_BAND, ROWS_A_BAND) * _POWERS).sum(
        axis=2, dtype=np.uint64
    )
    return int(np.count_nonzero(constant | _is_repeated(bands))) / int(bands.size)


def _is_repeated(bands: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Bands that an earlier frame has as well."""
    order = np.argsort(bands, axis=0, kind="stable")
    ordered = np.take_along_axis(bands, order, axis=0)
    found = np.zeros(bands.shape, np.bool_)
    np.put_along_axis(found, order[1:], ordered[1:] == ordered[:-1], axis=0)
    return found

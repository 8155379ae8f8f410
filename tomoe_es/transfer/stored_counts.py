"""Counts of a frame, and how a FITS file has them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE

FRAME_BYTES: Final = 2 * math.prod(ORIGINAL_SHAPE)
_SIGN_BIT: Final = np.uint16(0x8000)


def read_only(frames: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The same memory, not to be written to: one type of array for who compiles by type."""
    view = frames.view()
    view.flags.writeable = False
    return view


def as_stored(frames: NDArray[np.uint16], out: NDArray[np.uint16] | None = None) -> NDArray[np.uint16]:
    """Counts as a FITS file of BZERO = 32768 has them: the sign bit flipped, big-endian."""
    return np.bitwise_xor(frames, _SIGN_BIT, out=out).byteswap(inplace=True)


def as_counts(stored: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """What `as_stored` was given."""
    counts = stored.byteswap()
    counts ^= _SIGN_BIT
    return counts

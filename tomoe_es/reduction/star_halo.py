"""Sources on the light of a star so bright that its core is full over many pixels.

Where such light fades to the threshold of detection, its noise and edges are found as sources, and what is
real there is measured with the star's light. No deblending tells them apart, so all that is on it is flagged,
but the star.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import center_of_mass, label

from tomoe_es.reduction.mask import BAD, SATURATED

HALO: Final = 0x100
"""Flag of a source on such light, beside those of sep, which end at 0x80."""
HUGE_CORE_PIXELS: Final = 100
"""Full pixels of a star of 5 mag in a seeing of 3.5 arcsec."""
_WINDOW: Final = 8
"""A square of 17 pixels about a source holds so many of them."""
FADED_SIGMA: Final = 1.0
"""Light so faint, in noise of a pixel, that nothing of it is found as a source."""
_STEP_PIXELS: Final = 4
_DIRECTIONS: Final = np.linspace(0, 2 * np.pi, 64, endpoint=False)


def on_a_halo(
    light: NDArray[np.float32], mask: NDArray[np.uint8], noise: float, sources: NDArray[np.void]
) -> NDArray[np.bool_]:
    """Which sources (photometry.SOURCE_TYPE) are on the light, less the sky, about a huge core.

    Planes of shape (height, width); `mask` has bits of `mask`, `noise` is that of a pixel, in counts.
    """
    found = np.zeros(len(sources), np.bool_)
    full = sources[sources["saturated"]]
    if not any(_full_about(mask, each) >= HUGE_CORE_PIXELS for each in full):
        return found
    cores, _ = label(_full(mask), np.ones((3, 3)))
    sizes = np.bincount(cores.ravel())
    for core in np.flatnonzero(sizes[1:] >= HUGE_CORE_PIXELS) + 1:
        y, x = center_of_mass(cores > 0, cores, core)
        inner = np.sqrt(sizes[core] / np.pi)
        away = np.hypot(sources["x"] - x, sources["y"] - y)
        on_light = away < _faded_at(light, x, y, inner, FADED_SIGMA * noise)
        nearest = int(np.argmin(away))
        on_light[nearest] &= away[nearest] >= inner  # the star itself is where it is
        found |= on_light
    return found


def _full_about(mask: NDArray[np.uint8], source: np.void) -> int:
    """How many pixels about a source are full."""
    row, column = max(round(source["y"]) - _WINDOW, 0), max(round(source["x"]) - _WINDOW, 0)
    window = mask[row : row + 2 * _WINDOW + 1, column : column + 2 * _WINDOW + 1]
    return int(np.count_nonzero(_full(window)))


def _full(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Full pixels that are not bad ones."""
    return np.asarray((mask & (SATURATED | BAD)) == SATURATED)


def _faded_at(light: NDArray[np.float32], x: float, y: float, inner: float, faint: float) -> float:
    """Distance from a place beyond `inner` at which light, as a median all around, is fainter."""
    height, width = light.shape
    for radius in np.arange(inner, np.hypot(height, width), _STEP_PIXELS):
        distance = radius + np.arange(_STEP_PIXELS)[:, None]
        column = np.rint(x + distance * np.cos(_DIRECTIONS)).astype(int)
        row = np.rint(y + distance * np.sin(_DIRECTIONS)).astype(int)
        on_chip = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        if not on_chip.any() or np.median(light[row[on_chip], column[on_chip]]) < faint:
            return float(radius)
    return float(np.hypot(height, width))

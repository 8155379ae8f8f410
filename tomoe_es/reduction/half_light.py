"""The radius of the circle about a star that holds half of its light, as Source Extractor defines it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled

RADIUS_PIXELS: Final = 8.0
"""What is in this circle is all the light."""
RINGS: Final = 64
PARTS: Final = 5
"""Of a pixel along each axis: each part belongs to the ring that its middle is in."""


def half_light_radius(light: NDArray[np.float32], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radii in pixels of stars at `xy` (n, 2), 0-based pixels, on `light` without sky; 0 where there is none.

    The light within a radius is summed in rings, and linear from ring to ring.
    """
    radii = np.zeros(len(xy))
    _measure(light, xy, radii)
    return radii


@compiled
def _measure(light: NDArray[np.float32], xy: NDArray[np.float64], radii: NDArray[np.float64]) -> None:
    height, width = light.shape
    reach, rings_a_pixel = math.ceil(RADIUS_PIXELS + 1), RINGS / RADIUS_PIXELS
    farthest = (RADIUS_PIXELS + math.sqrt(0.5)) ** 2
    within, rings = np.empty(RINGS), np.empty(PARTS * PARTS, np.int32)
    # Neighbours are often in one ring, and must not wait for one sum.
    sums = np.empty((PARTS, RINGS + 1))
    offsets = (np.arange(PARTS) - (PARTS - 1) / 2) / PARTS
    u, v = np.empty(PARTS * PARTS, np.float32), np.empty(PARTS * PARTS, np.float32)  # in rings
    for k in range(len(v)):
        u[k], v[k] = rings_a_pixel * offsets[k // PARTS], rings_a_pixel * offsets[k % PARTS]
    for star in range(len(xy)):
        x, y = xy[star, 0], xy[star, 1]
        column, row = round(x), round(y)
        sums[:] = 0.0
        for j in range(max(row - reach, 0), min(row + reach + 1, height)):
            for i in range(max(column - reach, 0), min(column + reach + 1, width)):
                if (i - x) ** 2 + (j - y) ** 2 > farthest:
                    continue
                across, down = np.float32((i - x) * rings_a_pixel), np.float32((j - y) * rings_a_pixel)
                for k in range(len(rings)):
                    along, off = across + u[k], down + v[k]
                    rings[k] = min(np.int32(np.sqrt(along * along + off * off)), np.int32(RINGS))
                part = light[j, i] / PARTS**2
                for k in range(0, PARTS * PARTS, PARTS):
                    for n in range(PARTS):
                        sums[n, np.uint32(rings[k + n])] += part
        total = 0.0
        for ring in range(RINGS):
            total += sums[:, ring].sum()
            within[ring] = total
        half = within[RINGS - 1] / 2
        if not half > 0:
            continue
        ring = 0
        while within[ring] < half:
            ring += 1
        before = within[ring - 1] if ring else 0.0
        radii[star] = (ring + (half - before) / (within[ring] - before)) / rings_a_pixel

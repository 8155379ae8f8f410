"""Centroids of stars in a Gaussian window of their own width, as Source Extractor has them (XWIN_IMAGE).

They are nearly as good as those of a fitted profile; the centroid of the pixels over a threshold depends on
which these are. The window is one along the rows times one along the columns.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled

RADIUS_IN_SIGMA: Final = 4.0
MOST_STEPS: Final = 16
ARRIVED_PIXELS: Final = 1e-4
STEP: Final = 2.0
"""In parts of the way to the centroid of what is seen through the window, which pulls it half of it back."""


def windowed_centroids(
    light: NDArray[np.float32], xy: NDArray[np.float64], sigma: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Centroids (n, 2) of stars near `xy` (n, 2), 0-based pixels, on `light` without sky.

    `sigma` (n,) are those of the windows, in pixels. Without light in its window a star stays where it is.
    """
    centroids = xy.copy()
    _move(light, centroids, sigma)
    return centroids


@compiled
def _move(light: NDArray[np.float32], xy: NDArray[np.float64], sigma: NDArray[np.float64]) -> None:
    height, width = light.shape
    reach = 2 * math.ceil(RADIUS_IN_SIGMA * sigma.max()) + 3 if len(sigma) else 0
    along, off = np.empty(reach), np.empty(reach)
    for star in range(len(xy)):
        x, y = xy[star, 0], xy[star, 1]
        radius, sharpness = RADIUS_IN_SIGMA * sigma[star], -0.5 / sigma[star] ** 2
        for _ in range(MOST_STEPS):
            left, right = max(math.ceil(x - radius), 0), min(math.floor(x + radius) + 1, width)
            for i in range(left, right):
                off[i - left] = i - x
                along[i - left] = math.exp(sharpness * (i - x) ** 2)
            total = x_sum = y_sum = 0.0
            for j in range(max(math.ceil(y - radius), 0), min(math.floor(y + radius) + 1, height)):
                away = j - y
                half = math.sqrt(max(radius**2 - away**2, 0.0))
                first, last = max(math.ceil(x - half), left), min(math.floor(x + half) + 1, right)
                row_sum = row_x = 0.0
                for i in range(first, last):
                    weighted = along[i - left] * light[j, i]
                    row_sum += weighted
                    row_x += weighted * off[i - left]
                weight = math.exp(sharpness * away**2)
                total += weight * row_sum
                x_sum += weight * row_x
                y_sum += weight * row_sum * away
            if not total > 0:
                break
            x_step, y_step = STEP * x_sum / total, STEP * y_sum / total
            x, y = x + x_step, y + y_step
            if x_step**2 + y_step**2 < ARRIVED_PIXELS**2:
                break
        xy[star, 0], xy[star, 1] = x, y

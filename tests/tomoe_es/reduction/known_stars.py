"""A sky with stars whose places and light are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_SHAPE


def with_stars(stars: list[tuple[float, float, float]], sigma: float = 5.0) -> NDArray[np.float32]:
    """A sky of 200 counts with Gaussian stars of FWHM 3.53 pixels at x, y."""
    image = np.random.default_rng(5).normal(200, sigma, IMAGING_SHAPE).astype(np.float32)
    row, column = np.mgrid[: IMAGING_SHAPE[0], : IMAGING_SHAPE[1]]
    for x, y, flux in stars:
        near = (slice(int(y) - 20, int(y) + 20), slice(int(x) - 20, int(x) + 20))
        squared = (column[near] - x) ** 2 + (row[near] - y) ** 2
        image[near] += (flux / (2 * np.pi * 1.5**2) * np.exp(-squared / (2 * 1.5**2))).astype(np.float32)
    return image


STARS = [(400.3, 300.7, 50000.0), (1500.5, 800.1, 20000.0), (1000.0, 500.0, 8000.0)]

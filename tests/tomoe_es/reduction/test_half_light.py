"""The half-light radius is sep's, to rounding."""

from __future__ import annotations

import numpy as np
import sep

from tomoe_es.reduction.half_light import RADIUS_PIXELS, half_light_radius


def test_radii_are_those_of_sep() -> None:
    random = np.random.default_rng(1)
    light = random.normal(0, 1, (120, 150)).astype(np.float32)
    xy = random.uniform(-3, (153, 123), (60, 2))  # some near the edges, and beyond
    v, u = np.mgrid[:120, :150]
    for number, (x, y) in enumerate(xy):
        light += 300 * np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 + 0.1 * number), dtype=np.float32)
    expected, _ = sep.flux_radius(light, *xy.T.copy(), np.full(len(xy), RADIUS_PIXELS), 0.5, subpix=5)

    np.testing.assert_allclose(half_light_radius(light, xy), expected, atol=1e-9)


def test_where_there_is_no_light_there_is_no_radius() -> None:
    assert half_light_radius(np.zeros((30, 30), np.float32), np.full((1, 2), 15.0)).tolist() == [0.0]

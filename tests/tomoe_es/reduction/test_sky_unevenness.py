"""A sky that is dimmed or lit in part is uneven."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tomoe_es.reduction.known_stars import STARS, with_stars
from tomoe_es.reduction.sky_unevenness import sky_unevenness


def test_a_dimmed_half_makes_the_sky_uneven_and_a_dark_one_does_not() -> None:
    image = with_stars(STARS)
    assert sky_unevenness(image, 20.0) < 0.02
    image[:, :1000] *= 0.2
    assert sky_unevenness(image, 20.0) == pytest.approx(0.8, abs=0.01)
    assert sky_unevenness(np.where(image > 100, 1.0, 0.0).astype(np.float32), 20.0) == pytest.approx(0.05)


def test_a_light_in_the_middle_makes_the_sky_uneven_and_the_halo_of_a_star_does_not() -> None:
    image = with_stars(STARS)
    rows, columns = np.indices(image.shape, np.float32)
    distance = np.hypot(rows - 564, columns - 1000)
    lit = image + 1000 * np.exp(-(distance**2) / (2 * 300**2))
    assert sky_unevenness(lit.astype(np.float32), 20.0) > 0.7
    halo = 50_000 * (1 + (np.hypot(rows - 700, columns - 830) / 60) ** 2) ** -3
    assert sky_unevenness((image + halo).astype(np.float32), 20.0) < 0.1

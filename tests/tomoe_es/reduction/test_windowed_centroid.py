"""Windowed centroids are those of sep, to a thousandth of a pixel."""

from __future__ import annotations

import numpy as np
import pytest
import sep

from tomoe_es.reduction.windowed_centroid import windowed_centroids


def test_they_are_those_of_sep_and_of_the_stars() -> None:
    random = np.random.default_rng(1)
    truth = random.uniform(0, (600, 400), (150, 2))  # some at the edges
    v, u = np.mgrid[:400, :600]
    light = random.normal(0, 1, u.shape).astype(np.float32)
    for x, y in truth:
        light += 200 * np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * 1.3**2), dtype=np.float32)
    starts = truth + random.uniform(-0.4, 0.4, truth.shape)
    sigma = random.uniform(0.8, 2.0, len(truth))

    found = windowed_centroids(light, starts, sigma)

    expected = np.column_stack(sep.winpos(light, *starts.T.copy(), sigma, subpix=11)[:2])
    assert np.abs(found - expected).max() < 1e-3
    inside = ((truth > 8) & (truth < (592, 392))).all(axis=1)
    apart = np.median(np.hypot(*(found - truth)[inside].T))
    assert apart < 0.02


def test_where_there_is_no_light_a_star_stays() -> None:
    place = np.array([[15.2, 14.7], [-90.0, 3.0]])
    assert windowed_centroids(np.zeros((30, 30), np.float32), place, np.ones(2)).tolist() == place.tolist()


def test_no_stars_have_no_centroids() -> None:
    none = windowed_centroids(np.zeros((30, 30), np.float32), np.empty((0, 2)), np.empty(0))
    assert none.shape == (0, 2)


@pytest.mark.parametrize("sigma", [0.8, 4.2])
def test_a_star_is_found_in_a_window_of_any_width(sigma: float) -> None:
    v, u = np.mgrid[:60, :60]
    light = np.exp(-((u - 30.3) ** 2 + (v - 28.6) ** 2) / 8).astype(np.float32)
    found = windowed_centroids(light, np.array([[30.0, 29.0]]), np.array([sigma]))
    assert found[0] == pytest.approx([30.3, 28.6], abs=5e-3)

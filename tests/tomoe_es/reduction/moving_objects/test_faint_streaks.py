"""A filter for streaks sees what one for points doesn't, and takes neither stars nor noise for a streak."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from adapters.simulator.sky.psf import MoffatPsf
from tomoe_es.reduction.moving_objects.detection import gaussian
from tomoe_es.reduction.moving_objects.faint_streaks import LINE_SIGMA, faint_streaks

SHAPE = (564, 800)
FWHM_PIXELS = 2.94
PROFILE = gaussian(FWHM_PIXELS)
PSF = MoffatPsf.of_fwhm_arcsec(3.5)


def noise(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(SHAPE, dtype=np.float32)


def with_streak(
    image: NDArray[np.float32], signal: float, x: float, y: float, length: float, angle: float
) -> NDArray[np.float32]:
    """A streak whose signal-to-noise ratio is `signal`, by a filter of its shape."""
    along = np.linspace(-length / 2, length / 2, 2 * round(length) + 1)
    light = np.zeros(SHAPE, np.float32)
    weights = np.full(len(along), 1000.0 / len(along))
    PSF.add_stars(light, x + along * np.cos(angle), y + along * np.sin(angle), weights)
    return image + light * np.float32(signal / np.sqrt((light**2).sum()))


def filtered(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return correlate1d(correlate1d(image, PROFILE, axis=0), PROFILE, axis=1)


def sums(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of blocks of 4 x 4 pixels."""
    return np.asarray(image.reshape(image.shape[0] // 4, 4, image.shape[1] // 4, 4).sum(axis=(1, 3)))


@pytest.mark.parametrize("angle", np.linspace(-np.pi / 2, np.pi / 2, 11, endpoint=False))
@pytest.mark.parametrize("length", [25.0, 40.0, 60.0])
def test_a_streak_in_any_direction_is_found_where_it_is_with_its_direction(
    angle: float, length: float
) -> None:
    image = filtered(with_streak(noise(1), 9.0, 300.3, 250.7, length, angle))
    assert image[246:256, 296:306].max() < 6, "hardly a point source sees it"
    best = faint_streaks(sums(image), 1.0, PROFILE)[0]
    x, y, snr, measured_length, measured_angle = best
    along = (x - 300.3) * np.cos(angle) + (y - 250.7) * np.sin(angle)
    across = (y - 250.7) * np.cos(angle) - (x - 300.3) * np.sin(angle)
    assert abs(along) < 0.3 * length
    assert abs(across) < 4
    assert 5 < snr < 11
    assert 0.4 * length < measured_length < length + 35, "of a faint one the ends are hardly known"
    assert abs((measured_angle - angle + np.pi / 2) % np.pi - np.pi / 2) < 10 / length


def test_most_streaks_of_signal_five_are_found() -> None:
    found = 0
    for seed in range(40):
        random = np.random.default_rng(1000 + seed)
        x, y, angle = random.uniform(60, 740), random.uniform(60, 500), random.uniform(0, np.pi)
        image = filtered(with_streak(noise(seed), 5.0, x, y, 40.0, angle))
        streaks = faint_streaks(sums(image), 1.0, PROFILE)
        found += bool((np.hypot(streaks[:, 0] - x, streaks[:, 1] - y) < 15).any())
    assert found >= 20


def test_noise_alone_makes_few_and_none_that_stand_out() -> None:
    streaks = np.concatenate([faint_streaks(sums(filtered(noise(seed))), 1.0, PROFILE) for seed in range(20)])
    assert len(streaks) < 20 * 15, "a fifth of a chip each"
    assert LINE_SIGMA < streaks[:, 2].max() < 6.5


def test_dark_trails_are_no_streaks_and_take_no_room_from_one() -> None:
    image = noise(1)
    for y in range(30, 400, 30):  # as a bright satellite leaves them in the frames that it is not in
        image = with_streak(image, -1500.0, 400.0, float(y), 700.0, 0.1)
    streaks = faint_streaks(sums(filtered(with_streak(image, 8.0, 300.3, 500.7, 40.0, -0.3))), 1.0, PROFILE)
    assert streaks[:, 2].min() > LINE_SIGMA - 0.01
    assert np.hypot(streaks[:, 0] - 300.3, streaks[:, 1] - 500.7).min() < 15


def test_noise_is_measured_as_it_is() -> None:
    image = filtered(noise(3))
    louder = faint_streaks(sums(7 * image), 7.0, PROFILE)
    np.testing.assert_allclose(louder, faint_streaks(sums(image), 1.0, PROFILE), rtol=1e-4)


def test_a_star_that_was_not_taken_away_is_no_streak() -> None:
    image = np.zeros(SHAPE, np.float32)
    PSF.add_stars(image, np.array([400.0]), np.array([300.0]), np.array([100.0]))
    image = filtered(image)
    assert image.max() > 15
    assert len(faint_streaks(sums(image), 1.0, PROFILE)) == 0


def test_an_image_smaller_than_a_streak_has_none() -> None:
    assert faint_streaks(sums(np.zeros((20, 20), np.float32)), 1.0, PROFILE).shape == (0, 5)

"""The variance that is foretold is that of frames and stacks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tomoe_es.reduction.known_frames import GAIN, NO_FLAT, NO_MASK, ZEROS
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.variance import frame_variance, stack_variance


def test_the_variance_foretells_the_scatter_of_frames_and_stacks() -> None:
    random = np.random.default_rng(11)
    read, light = 8.0, 500.0
    sigma = float(np.hypot(read, np.sqrt(light / GAIN)))
    dark = CalibrationFrame(ZEROS, np.full(IMAGING_SHAPE, read, np.float32), NO_MASK, 10_000)
    flat = CalibrationFrame(NO_FLAT.image, ZEROS, NO_MASK, 10_000)
    image = np.full(IMAGING_SHAPE, light, np.float32)
    assert frame_variance(image, dark, flat, GAIN)[0, 0] ** 0.5 == pytest.approx(sigma, rel=1e-4)
    used = np.full(IMAGING_SHAPE, 9, np.uint16)
    means = random.normal(light, sigma, (9, 100_000)).mean(axis=0)
    assert stack_variance(image, used, dark, flat, GAIN)[0, 0] ** 0.5 == pytest.approx(means.std(), rel=0.02)


def test_few_darks_and_flats_add_their_own_variance() -> None:
    image, used = np.full(IMAGING_SHAPE, 500, np.float32), np.full(IMAGING_SHAPE, 17, np.uint16)
    noise = np.full(IMAGING_SHAPE, 8.0, np.float32)

    def variance(darks: int, flats: int) -> float:
        dark = CalibrationFrame(ZEROS, noise, NO_MASK, darks)
        flat = CalibrationFrame(NO_FLAT.image, noise / 400, NO_MASK, flats)
        return float(stack_variance(image, used, dark, flat, GAIN)[3, 4])

    assert variance(4, 10**6) - variance(10**6, 10**6) == pytest.approx(8.0**2 / 4, rel=0.01)
    assert variance(10**6, 4) - variance(10**6, 10**6) == pytest.approx((500 * 0.02) ** 2 / 4, rel=0.01)

"""Frames, darks and flats whose answer is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA, IMAGING_SHAPE, ORIGINAL_SHAPE
from tomoe_es.reduction.calibration_frame import CalibrationFrame

GAIN = 0.23
ZEROS, NO_MASK = np.zeros(IMAGING_SHAPE, np.float32), np.zeros(IMAGING_SHAPE, np.uint8)
NO_DARK = CalibrationFrame(ZEROS, ZEROS, NO_MASK, 1)
NO_FLAT = CalibrationFrame(np.ones(IMAGING_SHAPE, np.float32), ZEROS, NO_MASK, 1)


def frames_of(light: NDArray[np.float64] | float, count: int, bias: float = 1000.0) -> NDArray[np.uint16]:
    """Original frames with a bias level and light on the imaging area."""
    frames = np.full((count, *ORIGINAL_SHAPE), bias)
    frames[:, IMAGING_AREA[0], IMAGING_AREA[1]] += light
    return frames.astype(np.uint16)


def noisy(level: float, sigma: float, count: int, seed: int = 4) -> NDArray[np.uint16]:
    """Original frames of normal noise about a level of light, rounded."""
    random = np.random.default_rng(seed)
    frames = np.full((count, *ORIGINAL_SHAPE), 1000, np.uint16)
    for frame in frames:
        light = random.normal(level, sigma, IMAGING_SHAPE).astype(np.float32)
        frame[IMAGING_AREA] += np.rint(light).clip(-1000).astype(np.int16).view(np.uint16)
    return frames

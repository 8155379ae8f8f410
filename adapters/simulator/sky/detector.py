"""The fixed character of each chip: sensitivity, vignetting, hot pixels, bias pattern. All figures are ours.

It depends on the DET_ID alone: the instrument is the same one on every simulated night.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.randomness import Purpose, generator_for
from tomoe_es.camera.focal_plane import CHIPS, FIELD_RADIUS_DEG
from tomoe_es.camera.frame_geometry import (
    DARK_E_PER_SECOND,
    DARK_TEMPERATURE_K,
    IMAGING_SHAPE,
    ORIGINAL_SHAPE,
    PIXEL_SCALE_ARCSEC,
)

BIAS_COUNTS: Final = 1000.0
BIAS_COLUMN_COUNTS: Final = 2.0
BIAS_ROW_COUNTS: Final = 1.0
PIXEL_RESPONSE_RMS: Final = 0.01
LARGE_SCALE_RESPONSE: Final = 0.01
VIGNETTING_AT_EDGE: Final = 0.15
HOT_PIXEL_FRACTION: Final = 2e-4
HOT_PIXEL_MEDIAN_E_PER_SECOND: Final = 30.0
HOT_PIXEL_SIGMA: Final = 1.3


@dataclass(frozen=True, slots=True)
class Detector:
    """Fixed maps of one chip, read-only, float32.

    `response` (imaging area, (1128, 2000)) multiplies light; `dark_e_per_second` (same shape) is the dark
    current at 277 K with hot pixels; `bias_counts` (whole frame, (1200, 2160)) is what a frame without light
    and noise would read.
    """

    response: NDArray[np.float32]
    dark_e_per_second: NDArray[np.float32]
    bias_counts: NDArray[np.float32]


@lru_cache(maxsize=2)
def detector_of(det_id: int) -> Detector:
    """The chip of that DET_ID. Raises KeyError when there is none."""
    random = generator_for(Purpose.DETECTOR, det_id)
    height, width = IMAGING_SHAPE
    response = random.standard_normal(IMAGING_SHAPE, dtype=np.float32)
    response *= PIXEL_RESPONSE_RMS
    response += 1
    response *= _large_scale_response(det_id, random)

    dark = np.full(IMAGING_SHAPE, DARK_E_PER_SECOND, dtype=np.float32)
    hot = random.integers(height * width, size=round(HOT_PIXEL_FRACTION * height * width))
    dark.reshape(-1)[hot] = HOT_PIXEL_MEDIAN_E_PER_SECOND * random.lognormal(0, HOT_PIXEL_SIGMA, len(hot))

    rows, columns = ORIGINAL_SHAPE
    bias = (
        BIAS_COUNTS
        + random.normal(0, BIAS_ROW_COUNTS, rows)[:, None]
        + random.normal(0, BIAS_COLUMN_COUNTS, columns)[None, :]
    ).astype(np.float32)
    for values in (response, dark, bias):
        values.setflags(write=False)
    return Detector(response, dark, bias)


def dark_current_factor(sensor_temperature_k: float) -> float:
    """Dark current relative to 277 K: five times as much at 290 K, as measured on the real chips."""
    return float(5 ** ((sensor_temperature_k - DARK_TEMPERATURE_K) / 13))


def _large_scale_response(det_id: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Vignetting of the Schmidt telescope times a smooth second-order unevenness of the chip."""
    chip = CHIPS[det_id]
    height, width = IMAGING_SHAPE
    sense = 1 if chip.rotation_deg == 0 else -1
    x = np.arange(width) - (width - 1) / 2
    y = np.arange(height) - (height - 1) / 2
    xi = chip.xi_deg - sense * x * PIXEL_SCALE_ARCSEC / 3600
    eta = chip.eta_deg + sense * y * PIXEL_SCALE_ARCSEC / 3600
    vignetting = 1 - VIGNETTING_AT_EDGE * (xi[None, :] ** 2 + eta[:, None] ** 2) / FIELD_RADIUS_DEG**2
    u, v = x[None, :] / (width / 2), y[:, None] / (height / 2)
    terms = random.uniform(-1, 1, 4)
    unevenness = terms[0] * u + terms[1] * v + terms[2] * u * v + terms[3] * (u**2 - 1 / 3)
    return np.asarray(vignetting * (1 + LARGE_SCALE_RESPONSE * unevenness), dtype=np.float32)

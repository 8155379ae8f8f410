"""The stack of a chip's frames: their mean over time, what is in it, how much it varied, and what stays.

All come from one pass over the raw cube (`kernels`), since reading it is most of the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import FULL_WELL_E, IMAGING_SHAPE, READ_NOISE_E
from tomoe_es.reduction.bias import bias_levels
from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.calibration_frame import CalibrationFrame
from tomoe_es.reduction.clipping import CLIP_SIGMA, NO_CLIPPING, variance_law
from tomoe_es.reduction.conditions import TooFewFrames
from tomoe_es.reduction.frame_numbers import (
    DROPPED_FRAMES,
    FEWEST_FRAMES_TO_CLIP,
    FEWEST_FRAMES_TO_STACK,
)
from tomoe_es.reduction.kernels import calibrate_and_combine
from tomoe_es.reduction.lost_lines import ROWS_A_BAND, constant_bands, lost_fraction
from tomoe_es.reduction.mask import CLIPPED, SATURATED
from tomoe_es.reduction.near_frames import GROUPS, OverTime, group_edges, group_times

SATURATED_PART_OF_FULL_WELL: Final = 0.98
NOISE_COLUMN_STEP: Final = 16
"""Every 16th column tells the noise of a band by 1,500 pixels, to 1 %."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Planes of shape (1128, 2000): `image` float32, mean of the frames used, in counts; `used` uint16, how
    many of them each pixel has; `mask` uint8, bits of `mask`, from dark, flat and the frames.

    `frames` are the calibrated ones, bad pixels included, `over_time`, unless not asked for, is what they
    show over time, without clipping: planes that the next stack takes for its own. `noise_counts`: temporal
    standard deviation of a pixel of one frame, from the median of all variances.
    `worst_band_noise_counts`: the same in the noisiest band of 12 rows. `lost_fraction` of lines that hold no
    data of their own frame, `saturated_fraction` of the pixels of all frames.
    """

    image: NDArray[np.float32]
    used: NDArray[np.uint16]
    mask: NDArray[np.uint8]
    frames: CalibratedFrames
    over_time: OverTime | None
    frames_used: int
    noise_counts: float
    worst_band_noise_counts: float
    lost_fraction: float
    saturated_fraction: float


def stack(
    stored: NDArray[np.uint16],
    dark: CalibrationFrame,
    flat: CalibrationFrame,
    gain_e_per_count: float,
    *,
    clip: bool = False,
    over_time: bool = False,
    levels: NDArray[np.float32] | None = None,
) -> Stack:
    """Calibrate and stack a raw cube, `stored` (nframe, 1200, 2160) as its file has it.

    `clip` leaves out what is more than 3 sigma from the mean of its pixel without its extremes, twice: cosmic
    rays and satellites. Sigma is what the pixel shows, or the noise of its light and readout if that is
    larger: of few frames a pixel alone can't tell. `over_time` asks for what the frames show over time.
    `levels` are those of the bias, if known. Raises TooFewFrames for fewer than 3, 6 to clip, 7 over time.
    """
    needed = FEWEST_FRAMES_TO_CLIP + DROPPED_FRAMES if clip else FEWEST_FRAMES_TO_STACK
    if len(stored) < needed:
        raise TooFewFrames("a clipped stack" if clip else "a stack", len(stored), needed)
    if over_time and len(stored) < GROUPS + DROPPED_FRAMES:
        raise TooFewFrames("what frames show over time", len(stored), GROUPS + DROPPED_FRAMES)
    levels = bias_levels(stored) if levels is None else levels
    full_well_counts = SATURATED_PART_OF_FULL_WELL * FULL_WELL_E / gain_e_per_count
    count = len(stored) - DROPPED_FRAMES
    image = np.empty(IMAGING_SHAPE, np.float32)
    temporal = np.empty((IMAGING_SHAPE[0], IMAGING_SHAPE[1] // NOISE_COLUMN_STEP), np.float32)
    used = np.empty(IMAGING_SHAPE, np.uint16) if clip else np.empty((0, IMAGING_SHAPE[1]), np.uint16)
    saturated = np.zeros(IMAGING_SHAPE, np.bool_)
    law = (
        variance_law((READ_NOISE_E / gain_e_per_count) ** 2, 1 / gain_e_per_count, count)
        if clip
        else NO_CLIPPING
    )
    signatures = np.empty((len(stored), IMAGING_SHAPE[0]), np.uint32)
    scales = np.ones(len(stored), np.float32)
    full = np.minimum(levels + full_well_counts, 65535).astype(np.uint16)
    lines = np.empty((len(stored), IMAGING_SHAPE[1]), np.float32)
    edges = group_edges(DROPPED_FRAMES, len(stored))
    none = np.empty((0, IMAGING_SHAPE[1]), np.float32)
    planes = _room_over_time() if over_time else OverTime(none, none, none)
    planes = planes if clip else planes._replace(mean=none)
    full_pixels = calibrate_and_combine(
        stored,
        0,
        (0, IMAGING_SHAPE[0]),
        levels,
        scales,
        full,
        DROPPED_FRAMES,
        dark.image,
        flat.inverse_image,
        lines,
        edges,
        group_times(edges).astype(np.float32),
        planes,
        CLIP_SIGMA if clip else 0.0,
        law,
        image,
        temporal,
        used,
        saturated,
        signatures,
    )
    mask = dark.mask | flat.mask
    mask |= saturated.view(np.uint8) * np.uint8(SATURATED)
    if clip:
        mask[used < count] |= CLIPPED
    bands = np.median(temporal.reshape(len(image) // ROWS_A_BAND, -1), axis=1, overwrite_input=True)
    bands /= _median_of_variances(count - 1)
    return Stack(
        image=image,
        used=used if clip else np.broadcast_to(np.uint16(count), IMAGING_SHAPE),
        mask=mask,
        frames=CalibratedFrames(stored, levels, dark.image, flat.inverse_image),
        over_time=(planes if clip else planes._replace(mean=image)) if over_time else None,
        frames_used=count,
        noise_counts=float(np.sqrt(np.median(bands))),
        worst_band_noise_counts=float(np.sqrt(bands.max())),
        lost_fraction=lost_fraction(constant_bands(stored), signatures),
        saturated_fraction=full_pixels / (len(stored) * image.size),
    )


def _median_of_variances(degrees: int) -> float:
    """Of normal deviates of variance 1, with so many degrees of freedom (Wilson & Hilferty, PNAS 17, 684)."""
    return (1 - 2 / (9 * degrees)) ** 3


@lru_cache(maxsize=1)
def _room_over_time() -> OverTime:
    """The same in each call: memory that need not be given and cleared for each job."""
    return OverTime(*(np.empty(IMAGING_SHAPE, np.float32) for _ in OverTime._fields))

"""When a row was exposed: the shutter rolls, each line starts and ends 0.41475 ms after the line before.

The start of a frame is that of the first line of the original frame. All rows are exposed equally long.
"""

from __future__ import annotations

from typing import Final

from tomoe_es.camera.frame_geometry import (
    IMAGING_AREA,
    IMAGING_SHAPE,
    LINE_READOUT_SECONDS,
    frame_seconds,
)

MIDDLE_ROW: Final = (IMAGING_SHAPE[0] - 1) / 2


def row_delay_seconds(row: float) -> float:
    """How much later than its frame a row starts; `row` is 0-based, of the imaging area, or between two."""
    return (IMAGING_AREA[0].start + row) * LINE_READOUT_SECONDS


def mid_time_us(start_us: int, frame: float, row: float, exposure_seconds: float) -> int:
    """Middle of the exposure of a row in a frame of a cube, UTC microseconds.

    `start_us` is the start of the cube. For a mean of the frames from `first` to `last`, `frame` is (first +
    last) / 2.
    """
    seconds = frame * frame_seconds(exposure_seconds) + row_delay_seconds(row) + exposure_seconds / 2
    return start_us + round(seconds * 1e6)

"""Geometry and detector constants of one chip's frame.

The sizes (original 2160 x 1200, raw 2156 x 1128, imaging 2000 x 1128) are the instrument's. Where they lie
inside each other is not public; this layout is ours:

    x    0 ..    3   lead-in columns of the readout, dropped in the raw form
    x    4 ..   81   left overscan (78 columns, not sensitive to light)
    x   82 .. 2081   imaging area (2000 columns)
    x 2082 .. 2159   right overscan (78 columns)
    y    0 ..   35   lower reference rows (not sensitive to light), dropped in the raw form
    y   36 .. 1163   imaging area (1128 rows)
    y 1164 .. 1199   upper reference rows, dropped in the raw form

Shapes and slices are in numpy order, (y, x), and the slices apply to the original frame.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ORIGINAL_SHAPE: Final = (1200, 2160)
RAW_SHAPE: Final = (1128, 2156)
IMAGING_SHAPE: Final = (1128, 2000)

RAW_AREA: Final = (slice(36, 1164), slice(4, 2160))
IMAGING_AREA: Final = (slice(36, 1164), slice(82, 2082))
LEFT_OVERSCAN: Final = (slice(36, 1164), slice(4, 82))
RIGHT_OVERSCAN: Final = (slice(36, 1164), slice(2082, 2160))
LOWER_REFERENCE_ROWS: Final = (slice(0, 36), slice(82, 2082))
UPPER_REFERENCE_ROWS: Final = (slice(1164, 1200), slice(82, 2082))

PIXEL_SCALE_ARCSEC: Final = 1.189
PIXEL_SIZE_MICROMETRES: Final = 19.0
LINE_READOUT_SECONDS: Final = 0.41475e-3
"""The shutter rolls: each line starts and ends its exposure by so much later than the line before."""
FRAME_READOUT_SECONDS: Final = LINE_READOUT_SECONDS * ORIGINAL_SHAPE[0]

GAIN_ELECTRONS_PER_COUNT: Final[Mapping[str, float]] = MappingProxyType({"high": 0.23, "low": 0.94})
"""Electrons a count by the recipe's `gain`. The high gain is that of the real chips, the low one is ours."""

READ_NOISE_E: Final = 1.9
DARK_E_PER_SECOND: Final = 0.1
DARK_TEMPERATURE_K: Final = 277.0
FULL_WELL_E: Final = 6400.0


def frame_seconds(exposure_seconds: float) -> float:
    """Time from the start of one frame to the start of the next: the exposure, or the readout if longer."""
    return max(exposure_seconds, FRAME_READOUT_SECONDS)

"""What is wrong with a pixel, as the bits of its mask."""

from __future__ import annotations

from typing import Final

HOT: Final = 1
"""Brighter or noisier in the dark than the chip."""
BAD_COLUMN: Final = 2
"""In a column that differs from those beside it, in the dark or in the flat."""
INSENSITIVE: Final = 4
"""Of a sensitivity that no flat mends."""
SATURATED: Final = 8
"""Full in a frame."""
CLIPPED: Final = 16
"""Left out of a mean in at least one frame, by clipping."""

BAD: Final = HOT | BAD_COLUMN | INSENSITIVE
"""Not to be trusted in any frame."""

MEANINGS: Final = {
    HOT: "hot or noisy in the dark",
    BAD_COLUMN: "in a bad column",
    INSENSITIVE: "sensitivity out of range",
    SATURATED: "saturated in a frame",
    CLIPPED: "clipped in a frame",
}

"""When the buffer storage has no room for another exposure, and when it has again."""

from __future__ import annotations

CUBE_BYTES = 100_000_000
"""A raw cube of 18 frames of 2000 x 1128 pixels, with room to spare."""
EXPOSURES_LEFT = 2
"""With less room than for so many, no recipe is begun: the running one still has to end."""
EXPOSURES_TO_RESUME = 6


def is_full(free_bytes: int, chips: int, *, before: bool) -> bool:
    """Tell whether observing has to wait for room; `before` is what was told last."""
    exposures = EXPOSURES_TO_RESUME if before else EXPOSURES_LEFT
    return free_bytes < exposures * chips * CUBE_BYTES

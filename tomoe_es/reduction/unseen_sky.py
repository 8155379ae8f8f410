"""Whether a stack shows any sky: with lines lost or pixels full, missing stars are no matter of clouds."""

from __future__ import annotations

from typing import Final

MOST_LOST: Final = 0.5
MOST_SATURATED: Final = 0.5
"""With more of its lines or pixels gone a chip shows no sky that could tell clouds."""


def no_sky_is_seen(lost_fraction: float, saturated_fraction: float) -> str:
    """Why frames show no sky at all, which is no matter of clouds; empty where they do."""
    if saturated_fraction > MOST_SATURATED:
        return f"{saturated_fraction:.0%} of the pixels are full: too much light or a dead readout, no clouds"
    if lost_fraction > MOST_LOST:
        return f"{lost_fraction:.0%} of the lines are empty or repeat: a fault of the readout, no clouds"
    return ""

"""What is true at the simulated telescope, which no reading tells: for the simulated sky alone."""

from __future__ import annotations

from typing import Protocol

import msgspec


class TrueState(msgspec.Struct, frozen=True, kw_only=True):
    """Where the optical axis really points, where the camera really stands, and whether light comes in."""

    ra_deg: float
    dec_deg: float
    focus_mm: float
    dark: bool  # mirror cover or dome slit is not fully open
    closed: bool  # mirror cover and dome slit are fully closed
    parked: bool


class TrueSky(Protocol):
    """Where the images get the truth from."""

    def truth(self) -> TrueState:
        """What is true now."""

    def transparency(self, time_us: int) -> float:
        """Part of the starlight that comes through the clouds at a time."""

"""Which tracklet is of which moving object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from adapters.simulator.sky.moving_objects import MoverInFrame

NEAR_PIXELS: Final = 3.0
NEAR_FRAMES: Final = 0.3
"""A tracklet is that of a mover if it is within 3 pixels and 0.3 of its way in a frame from it."""


class Seen(Protocol):
    """Where something was seen on a chip, and when."""

    @property
    def time_us(self) -> int: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...


class Moving(Protocol):
    """A tracklet, as the search gives it or as the log tells it."""

    @property
    def sightings(self) -> Sequence[Seen]: ...
    @property
    def pixels_a_frame(self) -> float: ...


def near(off_pixels: float, pixels_a_frame: float) -> bool:
    """Whether something so far from a mover of such a speed is taken for it."""
    return off_pixels < NEAR_PIXELS + NEAR_FRAMES * pixels_a_frame


def follows(tracklet: Moving, places: Sequence[MoverInFrame]) -> bool:
    """Whether a tracklet is along the way of a mover that was at these places."""
    if len(places) < 2:
        return False
    time = np.array([place.time_us for place in places], float)
    x, y = (np.polyfit(time - time[0], [getattr(place, axis) for place in places], 1) for axis in "xy")
    off = [
        np.hypot(
            each.x - np.polyval(x, each.time_us - time[0]), each.y - np.polyval(y, each.time_us - time[0])
        )
        for each in tracklet.sightings
    ]
    return near(float(np.median(off)), tracklet.pixels_a_frame)

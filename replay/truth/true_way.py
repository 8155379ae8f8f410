"""The straight way of a moving object over the seconds of an exposure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.moving_objects import MoverInFrame
from replay.truth.positions import offset_arcsec


@dataclass(frozen=True, slots=True)
class TrueWay:
    """Right ascension and declination, degrees, as lines in the seconds since `start_us`: rate, beginning."""

    start_us: int
    ra: NDArray[np.float64]
    dec: NDArray[np.float64]

    @classmethod
    def of(cls, places: Sequence[MoverInFrame]) -> TrueWay:
        """Through at least two places."""
        start, first = places[0].time_us, places[0].ra_deg
        seconds = [(place.time_us - start) / 1e6 for place in places]
        ra = [first + (place.ra_deg - first + 180) % 360 - 180 for place in places]
        return cls(start, np.polyfit(seconds, ra, 1), np.polyfit(seconds, [at.dec_deg for at in places], 1))

    def offset_arcsec(self, time_us: int, ra_deg: float, dec_deg: float) -> float:
        """How far a position is from where the object was at that time."""
        seconds = (time_us - self.start_us) / 1e6
        at = float(np.polyval(self.ra, seconds)), float(np.polyval(self.dec, seconds))
        return float(np.hypot(*offset_arcsec(ra_deg, dec_deg, *at)))

    @property
    def rate(self) -> tuple[float, float]:
        """Arcsec a second, east and north."""
        east = float(self.ra[0]) * math.cos(math.radians(float(self.dec[1]))) * 3600
        return east, float(self.dec[0]) * 3600

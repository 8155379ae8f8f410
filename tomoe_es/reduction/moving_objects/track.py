"""A track: what is known of one moving object in the frames of one chip, in pixels and frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Channel = Literal["drift", "groups", "frames", "streaks"]
SIGHTINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Track:
    """The line x = x0 + vx frame, y = y0 + vy frame (0-based pixels) and the points (k,) that it goes by.

    `frame` may be between two frames, for means of several. `rms_pixels` is that of the points on both axes
    together, `along_to_across` how many times as large their errors are along the motion as across it, as of
    a streak, which only its ends place. `snr` is the signal-to-noise ratio in one frame. `score` is how
    unlikely chance is: minus log10 of the number of such lines that it makes on a chip. The rolling shutter
    changes none of this: an object's row is linear in the frame's number as well.
    """

    channel: Channel
    frame: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x0: float
    y0: float
    vx: float
    vy: float
    rms_pixels: float
    snr: float
    score: float
    along_to_across: float = 1.0

    @property
    def pixels_a_frame(self) -> float:
        """Speed."""
        return float(np.hypot(self.vx, self.vy))

    def parts(self) -> list[NDArray[np.int64]]:
        """Numbers of its points in thirds, or fewer parts if it has fewer points: a sighting each."""
        return np.array_split(np.arange(len(self.frame)), min(SIGHTINGS, len(self.frame)))

    def at(self, frame: float) -> tuple[float, float]:
        """Where the object is in a frame."""
        return self.x0 + self.vx * frame, self.y0 + self.vy * frame

    def passes(self, other: Track, pixels: float) -> bool:
        """Whether it comes so near to another one on its way."""
        frames = range(math.floor(self.frame[0]), math.ceil(self.frame[-1]) + 1)
        return any(math.dist(self.at(frame), other.at(frame)) < pixels for frame in frames)

    def same_as(self, other: Track) -> bool:
        """Whether both are tracks of one object: near each other all along, as two parts of a streak are."""
        apart = 4.0 + 0.6 * max(self.pixels_a_frame, other.pixels_a_frame)
        first, last = max(self.frame[0], other.frame[0]), min(self.frame[-1], other.frame[-1])
        for frame in (first, last):
            (x, y), (u, v) = self.at(frame), other.at(frame)
            if np.hypot(x - u, y - v) > apart:
                return False
        return True

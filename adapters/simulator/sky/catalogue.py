"""Real stars: Tycho-2 positions and magnitudes, as the index files of astrometry.net hold them.

They thin out in the Milky Way. Tycho VT is used here as V.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.tycho2_index import DEBIAN_INDEX_FOLDER, RICHEST_SCALE, index_file, read_stars, sky_deg


@dataclass(frozen=True, slots=True)
class Tycho2:
    """The catalogue in memory, ascending in declination: arrays of one length, degrees and magnitudes."""

    ra_deg: NDArray[np.float64]
    dec_deg: NDArray[np.float64]
    magnitude: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ra_deg)

    def cone(self, ra_deg: float, dec_deg: float, radius_deg: float) -> "Tycho2":
        """The stars within a radius of a position, ascending in declination."""
        low, high = np.searchsorted(self.dec_deg, (dec_deg - radius_deg, dec_deg + radius_deg))
        band = slice(int(low), int(high))
        ra, dec = np.radians(self.ra_deg[band]), np.radians(self.dec_deg[band])
        half_chord_squared = (
            np.sin((dec - np.radians(dec_deg)) / 2) ** 2
            + np.cos(dec) * np.cos(np.radians(dec_deg)) * np.sin((ra - np.radians(ra_deg)) / 2) ** 2
        )
        inside = half_chord_squared <= np.sin(np.radians(radius_deg) / 2) ** 2
        return Tycho2(self.ra_deg[band][inside], self.dec_deg[band][inside], self.magnitude[band][inside])


@lru_cache(maxsize=1)
def load_tycho2(directory: Path = DEBIAN_INDEX_FOLDER) -> Tycho2:
    """Read the whole catalogue (0.5 s, 37 MB), once a process. Raises StarIndexMissing, StarIndexDamaged."""
    vector, magnitude = read_stars(index_file(RICHEST_SCALE, directory))
    ra_deg, dec_deg = sky_deg(vector)
    order = np.argsort(dec_deg, kind="stable")
    return Tycho2(ra_deg[order], dec_deg[order], magnitude[order])

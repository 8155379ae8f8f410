"""Real stars: Tycho-2 positions and magnitudes, as the index files of astrometry.net hold them.

They thin out in the Milky Way. Tycho VT is used here as V. Positions are those of J2000; proper motions are
drawn.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.proper_motions import CATALOGUE_ERROR_MAS, catalogue_motions, true_motions
from adapters.tycho2_index import DEBIAN_INDEX_FOLDER, RICHEST_SCALE, index_file, read_stars, sky_deg
from adapters.tycho2_motions import J2000, moved, write_motions
from tomoe_es.camera.field_mapping import unit_vectors


@dataclass(frozen=True, slots=True)
class Tycho2:
    """The catalogue in memory, ascending in declination: arrays of one length, degrees and magnitudes.

    `motion_mas` (n, 2) is a year's true motion to the east, in arc, and to the north.
    """

    ra_deg: NDArray[np.float64]
    dec_deg: NDArray[np.float64]
    magnitude: NDArray[np.float32]
    motion_mas: NDArray[np.float32]

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
        return Tycho2(
            *(each[band][inside] for each in (self.ra_deg, self.dec_deg, self.magnitude, self.motion_mas))
        )

    def at(self, year: float) -> "Tycho2":
        """The stars where they truly are in a year."""
        vector = moved(
            unit_vectors(np.column_stack([self.ra_deg, self.dec_deg])), self.motion_mas, year - J2000
        )
        return Tycho2(*sky_deg(vector), self.magnitude, self.motion_mas)


def give_catalogue_motions(path: Path, directory: Path = DEBIAN_INDEX_FOLDER) -> None:
    """Write the file of proper motions that a catalogue of the simulated sky has, unless it is there.

    Raises StarIndexMissing, StarIndexDamaged.
    """
    if not path.is_file():
        _, magnitude = read_stars(index_file(RICHEST_SCALE, directory))
        write_motions(path, catalogue_motions(len(magnitude)), CATALOGUE_ERROR_MAS)


@lru_cache(maxsize=1)
def load_tycho2(directory: Path = DEBIAN_INDEX_FOLDER) -> Tycho2:
    """Read the whole catalogue (0.6 s, 52 MB), once a process. Raises StarIndexMissing, StarIndexDamaged."""
    vector, magnitude = read_stars(index_file(RICHEST_SCALE, directory))
    ra_deg, dec_deg = sky_deg(vector)
    order = np.argsort(dec_deg, kind="stable")
    return Tycho2(ra_deg[order], dec_deg[order], magnitude[order], true_motions(len(order))[order])

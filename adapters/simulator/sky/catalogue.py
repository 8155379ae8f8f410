"""Real stars: Tycho-2 positions and magnitudes, read from the index files of astrometry.net.

The index of 22' to 30' quads holds the most stars (1,871,011; at most ten in each cell of 22', so it thins
out in the Milky Way). Positions are ICRS without proper motion, magnitudes are Tycho VT, used here as V.
"""

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.errors import TomoeError

DEFAULT_DIRECTORY: Final = Path("/usr/share/astrometry")
"""Where Debian's astrometry-data-tycho2 packages put the index files."""

T = TypeVar("T", bound=np.generic)

INDEX_FILE: Final = f"index-tycho2-07.{sys.byteorder}endian.fits"


class StarIndexMissing(TomoeError):
    """The Tycho-2 index file is not installed where it was looked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the Tycho-2 star index {path} is missing; install it with"
            " `apt-get install astrometry-data-tycho2-07`, or give the directory that holds it"
        )


class StarIndexDamaged(TomoeError):
    """The Tycho-2 index file is there but is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the Tycho-2 star index {path} cannot be read ({reason}); install it again with"
            " `apt-get install --reinstall astrometry-data-tycho2-07-littleendian`"
        )


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
def load_tycho2(directory: Path = DEFAULT_DIRECTORY) -> Tycho2:
    """Read the whole catalogue (0.5 s, 37 MB), once a process.

    Raises StarIndexMissing or StarIndexDamaged. The index stores each star as three native-endian uint32,
    unit vector = range[:3] + number / range[6] (comments in the file's own headers), and the magnitudes as a
    FITS column in the same order.
    """
    path = directory / INDEX_FILE
    if not path.is_file():
        raise StarIndexMissing(path)
    try:
        with fits.open(path, memmap=True) as hdus:
            tables = {hdu.columns.names[0]: hdu for hdu in hdus[1:]}
            bounds = _native(tables["kdtree_range_stars"], np.float64)
            numbers = _native(tables["kdtree_data_stars"], np.uint32).reshape(-1, 3)
            magnitude = np.asarray(tables["MAG_VT"].data["MAG_VT"], dtype=np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise StarIndexDamaged(path, str(error)) from error
    if len(bounds) != 7 or len(numbers) != len(magnitude):
        raise StarIndexDamaged(path, "its tables do not fit together")
    x, y, z = (bounds[axis] + numbers[:, axis] / bounds[6] for axis in range(3))
    dec = np.degrees(np.arctan2(z, np.hypot(x, y)))
    order = np.argsort(dec, kind="stable")
    return Tycho2(np.degrees(np.arctan2(y, x))[order] % 360.0, dec[order], magnitude[order])


def _native(table: fits.BinTableHDU, dtype: type[T]) -> NDArray[T]:
    """Bytes of a one-column table as an array of the machine's own byte order."""
    return np.frombuffer(table.data.tobytes(), dtype=dtype)

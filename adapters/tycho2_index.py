"""The star tables of Debian's Tycho-2 indexes of astrometry.net.

Positions are ICRS without proper motion, magnitudes are Tycho VT.
"""

import sys
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from tomoe_es.errors import TomoeError

DEBIAN_INDEX_FOLDER: Final = Path("/usr/share/astrometry")
"""Where Debian's astrometry-data-tycho2 packages put the index files."""
RICHEST_SCALE: Final = 7
"""The index of 22' to 30' quads holds the most stars: 1,871,011, at most ten in each cell of 22'."""

T = TypeVar("T", bound=np.generic)


class StarIndexMissing(TomoeError):
    """The Tycho-2 index file is not installed where it was looked for."""

    what_to_do = "install the packages that deploy/install-debian-packages.sh names"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the Tycho-2 star index {path} is missing; install it with"
            " `apt-get install astrometry-data-tycho2`, or give the directory that holds it"
        )


class StarIndexDamaged(TomoeError):
    """The Tycho-2 index file is there but is not what it should be."""

    what_to_do = "install the package of the star index again"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the Tycho-2 star index {path} cannot be read ({reason}); install it again with"
            " `apt-get install --reinstall astrometry-data-tycho2-07-littleendian`"
        )


def index_file(scale: int, folder: Path = DEBIAN_INDEX_FOLDER) -> Path:
    """Debian's Tycho-2 index of a preset scale. Raises StarIndexMissing."""
    path = folder / f"index-tycho2-{scale:02d}.{sys.byteorder}endian.fits"
    if not path.is_file():
        raise StarIndexMissing(path)
    return path


def read_stars(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Unit vectors (n, 3) and VT magnitudes (n,) of the stars of an index. Raises StarIndexDamaged.

    The star kd-tree stores each star as three native-endian uint32, unit vector = range[:3] + number /
    range[6] (comments in the file's own headers), and the magnitudes as a FITS column in the same order.
    """
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
    return bounds[:3] + numbers / bounds[6], magnitude


def sky_deg(vector: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Right ascensions and declinations, ICRS degrees, of unit vectors (n, 3)."""
    x, y, z = vector.T
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))


def _native(table: fits.BinTableHDU, dtype: type[T]) -> NDArray[T]:
    """Bytes of a one-column table as an array of the machine's own byte order."""
    return np.frombuffer(table.data.tobytes(), dtype=dtype)

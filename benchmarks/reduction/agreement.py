"""Whether the libraries came to the same as ours: what fails fast is nothing to be faster than."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.reduction.library_defaults import LibraryChip, Masters, Way, moving_objects
from tomoe_es.reduction.job import ReductionJob, ReductionResult

APART_ARCSEC: Final = 3.0
"""Places of the same source on the sky: theirs has half a dozen stars, and doesn't know the distortion."""
SAME_PIXELS: Final = 1.5
FEWEST_FOUND: Final = 0.95
SOURCES_DIFFER: Final = 0.05
FLUX_DIFFERS: Final = 0.01
MOVER: Final = (700.0, 500.0, 4.0, -1.5)
"""Of the mover that is planted: x and y in its first frame, and pixels a frame."""
MOVER_COUNTS, MOVER_SIGMA_PIXELS = 3000.0, 1.25
"""A star of magnitude 17, four times as bright as the limit of a frame."""
CUTOUT: Final = 12


def require_agreement(
    job: ReductionJob, ours: ReductionResult, theirs: LibraryChip, masters: Masters, way: Way
) -> None:
    """Raises RuntimeError that says where the libraries' chip isn't ours."""
    differs = {
        **_sources(job.archive / ours.products[0].path, theirs),
        "a mover of magnitude 17 isn't found": not _finds_mover(theirs, masters, way),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # astropy warns of a wrong checksum
        with fits.open(theirs.product, checksum=True) as hdus:
            differs["the archived stack is another"] = not np.allclose(
                hdus["STACK"].data, theirs.stacked.data, atol=1.0
            )
    wrong = [what for what, is_so in differs.items() if is_so]
    if wrong:
        raise RuntimeError(f"with {way.name}: {'; '.join(wrong)}")


def _sources(product: Path, theirs: LibraryChip) -> dict[str, bool]:
    with fits.open(product) as hdus:
        table = hdus["SOURCES"].data
        xy, flux = np.column_stack([table["X"], table["Y"]]) - 1, np.asarray(table["FLUX"], float)
        sky = SkyCoord(table["RA"], table["DEC"], unit="deg")
    found = theirs.sources
    apart, which = KDTree(np.column_stack([found["x"], found["y"]])).query(xy)
    same = apart < SAME_PIXELS
    ratio = float(np.median(found["flux_circle"][which[same]] / flux[same]))
    there = SkyCoord(found["ra"][which[same]], found["dec"][which[same]], unit="deg")
    arcsec = float(np.median(sky[same].separation(there).arcsec))
    return {
        f"of our {same.size} sources {same.sum()} are found": same.mean() < FEWEST_FOUND,
        f"{len(found)} sources are found, by us {len(xy)}": abs(len(found) / len(xy) - 1) > SOURCES_DIFFER,
        f"they are {arcsec:.1f} arcsec from ours on the sky": not arcsec < APART_ARCSEC,
        f"fluxes are {ratio:.3f} of ours": abs(ratio - 1) > FLUX_DIFFERS,
    }


def _finds_mover(theirs: LibraryChip, masters: Masters, way: Way) -> bool:
    """Whether a mover is found that is planted in the calibrated frames."""
    x0, y0, speed_x, speed_y = MOVER
    for number, frame in enumerate(theirs.frames):
        _plant(frame.data, x0 + speed_x * number, y0 + speed_y * number)
    stack = np.mean([frame.data for frame in theirs.frames], axis=0, dtype=theirs.stacked.data.dtype)
    for points in moving_objects(theirs.frames, stack, masters.bad, way):
        x, y, number = points.T
        off = np.hypot(x - x0 - speed_x * number, y - y0 - speed_y * number)
        if len(points) > len(theirs.frames) / 2 and np.median(off) < 1:
            return True
    return False


def _plant(image: NDArray[np.floating[Any]], x: float, y: float) -> None:
    rows, columns = (slice(round(at) - CUTOUT, round(at) + CUTOUT + 1) for at in (y, x))
    row, column = np.mgrid[rows, columns]
    profile = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * MOVER_SIGMA_PIXELS**2))
    image[rows, columns] += MOVER_COUNTS / (2 * np.pi * MOVER_SIGMA_PIXELS**2) * profile

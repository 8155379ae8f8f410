"""Detection of sources by sep, which is Source Extractor as a library (Barbary 2016, JOSS 1, 58).

sep goes through all pixels, and cuts each region over the threshold at 31 higher levels to see whether it
falls into parts. A region with a single peak, as most have, never does.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import sep
from numpy.typing import NDArray

from tomoe_es.reduction.bright_regions import Mosaic, mosaic_of, regions_over

DETECTION_SIGMA: Final = 5.0
SMALLEST_AREA_PIXELS: Final = 5
SPLITTING_LEVELS: Final = 32
PART_OF_A_SOURCE: Final = 0.005
"""Of a region's light, from which on a peak of it is a source of its own."""
TRUNCATED: Final = 0x02  # sep's flag of an object cut by the edge
LINE: Final = 0x08  # sep's flag of an object a pixel wide
_ROWS: Final = ("y", "ymin", "ymax", "ypeak", "ycpeak")
_COLUMNS: Final = ("x", "xmin", "xmax", "xpeak", "xcpeak")


def extracted(light: NDArray[np.float32], noise: float) -> NDArray[np.void]:
    """What sep finds on an image without sky whose pixels have a noise, those with a single peak first."""
    regions = regions_over(light, np.float32(DETECTION_SIGMA) * np.float32(noise))
    room = len(regions.pixels)
    large = regions.sizes >= SMALLEST_AREA_PIXELS
    single = mosaic_of(light, regions, large & (regions.peaks == 1))
    several = mosaic_of(light, regions, large & (regions.peaks > 1))
    if single is None or several is None:  # long lines, whose boxes overlap
        return _sources(light, noise, room, SPLITTING_LEVELS)
    found = [
        _put_back(_sources(mosaic.image, noise, room, levels), mosaic, light.shape)
        for mosaic, levels in ((single, 1), (several, SPLITTING_LEVELS))
    ]
    return np.concatenate(found)


def _sources(light: NDArray[np.float32], noise: float, pixels: int, levels: int) -> NDArray[np.void]:
    """What sep finds where so many pixels are over the threshold, with room for just these."""
    room = sep.get_extract_pixstack()
    sep.set_extract_pixstack(pixels + 2)
    try:
        found: NDArray[np.void] = sep.extract(
            light,
            DETECTION_SIGMA,
            err=noise,  # bad pixels are 0, so under it: a mask would change nothing and take 3 ms
            minarea=SMALLEST_AREA_PIXELS,
            filter_kernel=None,  # sep's own would smooth the peaks of stars under the threshold
            deblend_nthresh=levels,
            deblend_cont=PART_OF_A_SOURCE,
            clean=False,  # it takes wings for wider than a star's, and 4 % of all stars for parts of others
        )
    finally:
        sep.set_extract_pixstack(room)
    return found


def _put_back(found: NDArray[np.void], mosaic: Mosaic, shape: tuple[int, ...]) -> NDArray[np.void]:
    """Objects of a mosaic where they are in its image, and with the flag of those at its edge."""
    rows, columns = mosaic.shifts[mosaic.owner[found["ypeak"], found["xpeak"]]].T
    for names, shift in ((_ROWS, rows), (_COLUMNS, columns)):
        for name in names:
            found[name] -= shift
    cut = (found["ymin"] == 0) | (found["ymax"] == shape[0] - 1)
    cut |= (found["xmin"] == 0) | (found["xmax"] == shape[1] - 1)
    found["flag"][cut] |= TRUNCATED
    return found

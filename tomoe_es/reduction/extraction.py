"""Detection of sources as sep does it, which is Source Extractor as a library (Barbary 2016, JOSS 1, 58).

sep goes through all pixels, and cuts each region over the threshold at 31 higher levels to see whether it
falls into parts. A region with a single peak, as most have, never does: sep is asked about the others only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import sep
from numpy.typing import NDArray

from tomoe_es.reduction.bright_regions import Mosaic, Regions, mosaic_of, regions_over
from tomoe_es.reduction.single_sources import DETECTION_TYPE, TRUNCATED, at_edge, single_sources

DETECTION_SIGMA: Final = 5.0
SMALLEST_AREA_PIXELS: Final = 5
PART_OF_A_SOURCE: Final = 0.005
"""Of a region's light, from which on a peak of it is a source of its own."""
MOST_PEAKS: Final = 4000
"""Of a region that sep parts: a cloud, or the light about a bright star, has more of noise alone, and is left
as one source. sep's memory and time grow faster than they, and past 32,767 parts it would fail."""
_BOX: Final = ["ymin", "ymax", "xmin", "xmax"]


def extracted(light: NDArray[np.float32], noise: float) -> NDArray[np.void]:
    """Detections (DETECTION_TYPE) on an image without sky whose pixels have a noise, single peaks first."""
    regions = regions_over(light, np.float32(DETECTION_SIGMA) * np.float32(noise))
    large = regions.sizes >= SMALLEST_AREA_PIXELS
    alone = large & ((regions.peaks == 1) | (regions.peaks > MOST_PEAKS))
    several = large & ~alone
    room = len(regions.pixels), int(regions.peaks[several].max(initial=0))
    mosaic = mosaic_of(light, regions, several)
    if mosaic is None:  # long lines, whose boxes overlap
        found = _detections(_sources(_only(several, light, regions), noise, *room))
    else:
        found = _put_back(_sources(mosaic.image, noise, *room), mosaic, light.shape)
    return np.concatenate([single_sources(light, regions, alone), found])


def _only(chosen: NDArray[np.bool_], light: NDArray[np.float32], regions: Regions) -> NDArray[np.float32]:
    """The chosen regions of an image on a dark one."""
    image = np.zeros_like(light)
    pixels = regions.pixels[chosen[regions.region]]
    image.reshape(-1)[pixels] = light.reshape(-1)[pixels]
    return image


def _sources(light: NDArray[np.float32], noise: float, pixels: int, peaks: int) -> NDArray[np.void]:
    """What sep finds where so many pixels are over the threshold, and a region has so many peaks at most.

    It is given room for just these, since it raises where it has not enough.
    """
    room, parts = sep.get_extract_pixstack(), sep.get_sub_object_limit()
    sep.set_extract_pixstack(pixels + 2)
    sep.set_sub_object_limit(max(parts, peaks + 2))
    try:
        found: NDArray[np.void] = sep.extract(
            light,
            DETECTION_SIGMA,
            err=noise,  # bad pixels are 0, so under it: a mask would change nothing and take 3 ms
            minarea=SMALLEST_AREA_PIXELS,
            filter_kernel=None,  # sep's own would smooth the peaks of stars under the threshold
            deblend_cont=PART_OF_A_SOURCE,
            clean=False,  # it takes wings for wider than a star's, and 4 % of all stars for parts of others
        )
    finally:
        sep.set_extract_pixstack(room)
        sep.set_sub_object_limit(parts)
    return found


def _put_back(found: NDArray[np.void], mosaic: Mosaic, shape: tuple[int, ...]) -> NDArray[np.void]:
    """Objects of a mosaic where they are in its image, and with the flag of those at its edge."""
    rows, columns = mosaic.shifts[mosaic.owner[found["ypeak"], found["xpeak"]]].T
    boxes = np.column_stack([found[name] for name in _BOX]) - np.column_stack([rows, rows, columns, columns])
    found["flag"] |= np.where(at_edge(boxes, shape), TRUNCATED, 0).astype(found["flag"].dtype)
    detections = _detections(found)
    for axis, shift in (("y", rows), ("x", columns)):
        detections[axis] -= shift
        detections[f"{axis}peak"] -= shift
    return detections


def _detections(found: NDArray[np.void]) -> NDArray[np.void]:
    detections = np.empty(len(found), DETECTION_TYPE)
    for name in DETECTION_TYPE.names or ():
        detections[name] = found[name]
    return detections

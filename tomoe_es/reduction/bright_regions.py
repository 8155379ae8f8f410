"""Regions of an image whose pixels are over a threshold and touch, corners included.

Nearly all of a stack is sky: a mosaic of its regions has a fiftieth of the pixels.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined

MOSAIC_WIDTH: Final = 256

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]


class Regions(NamedTuple):
    """Regions in the order of their last pixels, row by row.

    `pixels` are the places of all pixels over the threshold in the flat image, in order, `region` is whose
    they are. Of each region: `boxes` has its first and last row, first and last column, shape (n, 4);
    `sizes` how many pixels it has; `peaks` how many of these have no brighter one beside them.
    """

    pixels: Numbers
    region: Numbers
    boxes: Numbers
    sizes: Numbers
    peaks: Numbers


class Mosaic(NamedTuple):
    """Regions on a dark `image`, none touching another or the edge, in the order of their last pixels.

    `owner` tells whose a pixel is that isn't dark; `shifts` by how many rows and columns each region, shape
    (n, 2), was moved from where it is in its image.
    """

    image: Floats
    owner: NDArray[np.int32]
    shifts: Numbers


def regions_over(image: Floats, threshold: np.float32) -> Regions:
    """The regions of an image (height, width) that are brighter than a threshold."""
    pixels = np.flatnonzero(image > threshold)
    region, boxes = np.empty(len(pixels), np.int64), np.empty((len(pixels), 4), np.int64)
    sizes, peaks = np.zeros((2, len(pixels)), np.int64)
    count = _join(pixels, image.shape[1], region)
    _describe(image, pixels, region, boxes, sizes, peaks)
    return Regions(pixels, region, boxes[:count], sizes[:count], peaks[:count])


def mosaic_of(image: Floats, regions: Regions, chosen: NDArray[np.bool_]) -> Mosaic | None:
    """The chosen regions of an image on a mosaic; None where that would be larger than the image."""
    shifts = np.zeros((len(chosen), 2), np.int64)
    widths = regions.boxes[chosen, 3] - regions.boxes[chosen, 2] + 1
    width = max(MOSAIC_WIDTH, int(widths.max(initial=0)) + 2)
    height = _lay_out(regions.boxes, chosen, width, shifts)
    if height * width > image.size:
        return None
    mosaic = Mosaic(np.zeros((height, width), np.float32), np.zeros((height, width), np.int32), shifts)
    _copy(image, regions.pixels, regions.region, chosen, shifts, mosaic.image, mosaic.owner)
    return mosaic


@compiled
def _join(pixels: Numbers, width: int, region: Numbers) -> int:
    """Number the regions by their last pixels; how many there are."""
    root = np.empty(len(pixels), np.int64)  # of each pixel one of its region farther on, the last one its own
    above = 0
    for k in range(len(pixels)):
        place = pixels[k]
        column = place % width
        root[k] = k
        if column > 0 and k > 0 and pixels[k - 1] == place - 1:
            _unite(root, k - 1, k)
        first, last = place - width - (column > 0), place - width + (column < width - 1)
        while pixels[above] < first:
            above += 1
        j = above
        while pixels[j] <= last:
            _unite(root, j, k)
            j += 1
    count = 0
    for k in range(len(pixels)):
        if root[k] == k:
            region[k] = count
            count += 1
    for k in range(len(pixels) - 1, -1, -1):
        root[k] = root[root[k]]
        region[k] = region[root[k]]
    return count


@inlined
def _unite(root: Numbers, j: int, newest: int) -> None:
    while root[j] != j:
        root[j] = root[root[j]]
        j = root[j]
    root[j] = newest


@compiled
def _describe(
    image: Floats, pixels: Numbers, region: Numbers, boxes: Numbers, sizes: Numbers, peaks: Numbers
) -> None:
    height, width = image.shape
    for k in range(len(pixels)):
        row, column = pixels[k] // width, pixels[k] % width
        number = region[k]
        box = boxes[number]
        if sizes[number] == 0:
            box[0], box[2], box[3] = row, column, column
        box[1], box[2], box[3] = row, min(box[2], column), max(box[3], column)
        sizes[number] += 1
        is_peak = True
        for y in range(max(row - 1, 0), min(row + 2, height)):
            for x in range(max(column - 1, 0), min(column + 2, width)):
                is_peak &= not image[y, x] > image[row, column]
        peaks[number] += is_peak


@compiled
def _lay_out(boxes: Numbers, chosen: NDArray[np.bool_], width: int, shifts: Numbers) -> int:
    """Stand regions side by side on shelves of a width, a dark line between; the height of all shelves."""
    floor, tallest, free, first = 0, 0, 1, 0
    for number in range(len(boxes)):
        if not chosen[number]:
            continue
        box = boxes[number]
        if free + box[3] - box[2] + 1 > width - 1:
            floor += tallest + 1
            shifts[first:number, 0] += floor - 1
            tallest, free, first = 0, 1, number
        shifts[number] = -box[1], free - box[2]
        free += box[3] - box[2] + 2
        tallest = max(tallest, box[1] - box[0] + 1)
    floor += tallest + 1
    shifts[first:, 0] += floor - 1
    return floor + 1


@compiled
def _copy(
    image: Floats,
    pixels: Numbers,
    region: Numbers,
    chosen: NDArray[np.bool_],
    shifts: Numbers,
    mosaic: Floats,
    owner: NDArray[np.int32],
) -> None:
    width = image.shape[1]
    for k in range(len(pixels)):
        number = region[k]
        if chosen[number]:
            row, column = pixels[k] // width, pixels[k] % width
            y, x = row + shifts[number, 0], column + shifts[number, 1]
            mosaic[y, x], owner[y, x] = image[row, column], number

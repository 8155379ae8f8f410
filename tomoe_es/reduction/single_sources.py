"""Bright regions that are a source each: places and shapes by their moments, as Source Extractor has them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled
from tomoe_es.reduction.bright_regions import Regions

DETECTION_TYPE: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("a", np.float64),
        ("b", np.float64),
        ("peak", np.float64),
        ("xpeak", np.int64),
        ("ypeak", np.int64),
        ("flag", np.int16),
    ]
)
"""A detection: centroid in 0-based pixels; rms along its axes in pixels; counts and place of its brightest
pixel; sep's flags."""
BLENDED: Final = 0x01  # sep's flag of a part of a region
TRUNCATED: Final = 0x02  # sep's flag of an object cut by the edge
LINE: Final = 0x08  # sep's flag of an object a pixel wide
PIXEL_VARIANCE: Final = 1 / 12
"""Along each axis: that of an object no larger than a pixel."""


def single_sources(
    image: NDArray[np.float32], regions: Regions, chosen: NDArray[np.bool_]
) -> NDArray[np.void]:
    """Detections of the chosen regions of an image, in their order."""
    found, boxes = np.zeros(np.count_nonzero(chosen), DETECTION_TYPE), regions.boxes[chosen]
    number, sums = np.cumsum(chosen) - 1, np.zeros((len(found), 6))
    brightest = np.zeros(len(found), np.int64)
    _add_up(image, regions.pixels, regions.region, regions.boxes, chosen, number, sums, brightest)
    flux, *moments = sums.T
    x, y, xx, yy, xy = (moment / flux for moment in moments)
    xx, yy, xy = xx - x * x, yy - y * y, xy - x * y
    line = xx * yy - xy * xy < PIXEL_VARIANCE**2
    xx, yy = np.where(line, (xx + PIXEL_VARIANCE, yy + PIXEL_VARIANCE), (xx, yy))
    mean, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    found["x"], found["y"] = boxes[:, 2] + x, boxes[:, 0] + y
    found["a"], found["b"] = np.sqrt(mean + half), np.sqrt(mean - half)
    found["ypeak"], found["xpeak"] = np.divmod(brightest, image.shape[1])
    found["peak"] = image.ravel()[brightest]
    found["flag"] = np.where(line, LINE, 0) | np.where(at_edge(boxes, image.shape), TRUNCATED, 0)
    return found


def at_edge(boxes: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which boxes (n, 4), of first and last rows, first and last columns, touch the edge of an image."""
    return np.asarray((boxes[:, ::2] == 0).any(axis=1) | (boxes[:, 1::2] == np.array(shape) - 1).any(axis=1))


@compiled
def _add_up(
    image: NDArray[np.float32],
    pixels: NDArray[np.int64],
    region: NDArray[np.int64],
    boxes: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    number: NDArray[np.int64],
    sums: NDArray[np.float64],
    brightest: NDArray[np.int64],
) -> None:
    """Sums of flux, and of flux times x, y, x^2, y^2, x y from a box's corner; where each is brightest."""
    width = image.shape[1]
    for k in range(len(pixels)):
        if not chosen[region[k]]:
            continue
        here, box = number[region[k]], boxes[region[k]]
        row, column = pixels[k] // width, pixels[k] % width
        flux, x, y = float(image[row, column]), column - box[2], row - box[0]
        best = brightest[here]
        if sums[here, 0] == 0 or flux > image[best // width, best % width]:
            brightest[here] = pixels[k]
        sums[here, 0] += flux
        sums[here, 1] += flux * x
        sums[here, 2] += flux * y
        sums[here, 3] += flux * x * x
        sums[here, 4] += flux * y * y
        sums[here, 5] += flux * x * y

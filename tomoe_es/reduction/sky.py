"""The sky of a stack, from half of its pixels: the background and its noise, by sep.

Of each two neighbours in a row one is taken, in turns the left and the right one, so that all columns of the
readout have their part. A box of 64 x 64 pixels has far more than its level needs: on a flat sky the level of
all pixels departs by 1.8 % of a pixel's noise, that of half of them by 2.4 %, which adds half a percent to
the error of a faint star.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import sep
from numpy.typing import NDArray

from tomoe_es.compiled import compiled

BOX_PIXELS: Final = 64


def without_sky(
    image: NDArray[np.float32], bad: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float, float]:
    """An image (height, even width) less its background, 0 in `bad` pixels; level and noise of the sky."""
    half = image.shape[0], image.shape[1] // 2
    some, left_out = np.empty(half, np.float32), np.empty(half, np.bool_)
    _every_other(image, bad, some, left_out)
    background = sep.Background(some, mask=left_out, bw=BOX_PIXELS // 2, bh=BOX_PIXELS)
    light = np.empty_like(image)
    _take_away(image, background.back(dtype=np.float32), bad, light)
    return light, float(background.globalback), float(background.globalrms)


@compiled
def _every_other(
    image: NDArray[np.float32],
    bad: NDArray[np.bool_],
    some: NDArray[np.float32],
    left_out: NDArray[np.bool_],
) -> None:
    """Left and right neighbours of a row in turns, and in the next row the other way."""
    for row in range(some.shape[0]):
        values, without = image[row], bad[row]
        for column in range(some.shape[1]):
            x = 2 * column + ((row + column) & 1)
            some[row, column], left_out[row, column] = values[x], without[x]


@compiled
def _take_away(
    image: NDArray[np.float32], sky: NDArray[np.float32], bad: NDArray[np.bool_], light: NDArray[np.float32]
) -> None:
    """Fill `light` with the image less the sky, which is interpolated from the middles of two columns."""
    columns = sky.shape[1]
    near, far = np.float32(0.75), np.float32(0.25)
    wider = np.empty(columns + 2, np.float32)
    level = np.empty(2 * columns, np.float32)
    before, here, after = wider[:columns], wider[1 : columns + 1], wider[2:]
    for y in range(len(sky)):
        here[:] = sky[y]
        before[0], after[columns - 1] = sky[y, 0], sky[y, columns - 1]
        for k in range(columns):
            level[2 * k] = near * here[k] + far * before[k]
            level[2 * k + 1] = near * here[k] + far * after[k]
        line, without, out = image[y], bad[y], light[y]
        for x in range(len(level)):
            out[x] = np.float32(0) if without[x] else line[x] - level[x]

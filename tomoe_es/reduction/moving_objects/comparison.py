"""Images less what they are compared with, in units of the noise, a row at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tomoe_es.compiled import inlined
from tomoe_es.reduction.calibrated_frames import CalibratedFrames, Floats, Stored, count_of, raw_line


class Compared(NamedTuple):
    """Images, of `frames` from the `first` on so many as there are `levels`, and what they are compared with.

    Of each a level, (n,), and the `reference` are taken off, and what is left multiplied by `inverse_noise`.
    """

    frames: CalibratedFrames
    first: int
    levels: Floats
    reference: Floats
    inverse_noise: Floats

    def only(self, begin: int, end: int) -> Compared:
        """Some of the images."""
        return self._replace(first=self.first + begin, levels=self.levels[begin:end])


@inlined
def compare_row(
    stored: Stored | Floats,
    bias: Floats,
    dark: Floats | None,
    inverse_flat: Floats | None,
    number: int,
    row: int,
    left: int,
    level: np.float32,
    reference: Floats,
    inverse_noise: Floats,
    out: Floats,
) -> None:
    """What a frame, of those of `CalibratedFrames`, has in a row from the column `left` on, compared.

    In one pass for raw counts. The arrays come one by one, since to take one out of a tuple costs as much as
    twenty pixels.
    """
    right = left + len(out)
    stays, weight = reference[row, left:right], inverse_noise[row, left:right]
    if dark is None or inverse_flat is None:
        here = stored[number, row, left:right]
        for x in range(len(out)):
            out[x] = (here[x] - stays[x] - level) * weight[x]
    else:
        raw, zero = raw_line(stored, number, row, left, right), bias[number]
        without, share = dark[row, left:right], inverse_flat[row, left:right]
        for x in range(len(out)):
            light = (np.float32(count_of(raw[x])) - zero - without[x]) * share[x]
            out[x] = (light - stays[x] - level) * weight[x]

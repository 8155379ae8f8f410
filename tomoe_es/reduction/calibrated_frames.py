"""The calibrated frames of a cube, made wherever they are looked at.

Of 18 frames they would be 162 MB, and to write them down and read them again takes longer than to make them
anew, a row at a time, from half as many bytes of raw counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import IMAGING_AREA
from tomoe_es.compiled import compiled, inlined

Stored = NDArray[np.uint16]
Floats = NDArray[np.float32]
Area = tuple[slice, slice]

WHOLE: Final = (slice(None), slice(None))

_FIRST_ROW: Final = IMAGING_AREA[0].start
_FIRST_COLUMN: Final = IMAGING_AREA[1].start


class CalibratedFrames(NamedTuple):
    """Frames of the imaging area, (counts - level - dark) / flat, in counts.

    `stored` (nframe, 1200, 2160) are raw counts as `kernels` has them, `levels` (nframe,) those of the bias;
    `dark` and `inverse_flat` (1128, 2000) the masters. Without these two `stored` is light itself, float32
    and of any shape (nframe, rows, columns).
    """

    stored: Stored | Floats
    levels: Floats
    dark: Floats | None
    inverse_flat: Floats | None

    @classmethod
    def of_light(cls, light: Floats) -> Self:
        """Frames that are calibrated already, (nframe, rows, columns)."""
        return cls(light, np.zeros(len(light), np.float32), None, None)

    @property
    def nframe(self) -> int:
        """How many there are."""
        return len(self.stored)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        rows, columns = (self.stored[0] if self.dark is None else self.dark).shape
        return rows, columns

    def frame(self, number: int, area: Area = WHOLE) -> Floats:
        """One frame, or a part of it."""
        return self.mean(number, number + 1, area)

    def mean(self, first: int, last: int, area: Area = WHOLE) -> Floats:
        """Mean of the frames from `first` to before `last`, or of a part of them, steps included."""
        rows, columns = (range(*part.indices(size)) for part, size in zip(area, self.shape, strict=True))
        out = np.empty((len(rows), len(columns)), np.float32)
        _mean(self, first, last, (rows.start, rows.step), (columns.start, columns.step), out)
        return out

    def each(self) -> Iterator[Floats]:
        """All frames, one after another in the same memory."""
        out = np.empty(self.shape, np.float32)
        for number in range(self.nframe):
            _mean(self, number, number + 1, (0, 1), (0, 1), out)
            yield out


@inlined
def count_of(stored: int) -> int:
    """The count that a stored number stands for."""
    value = np.uint16(stored)
    swapped = np.uint16(np.uint16(value << np.uint16(8)) | np.uint16(value >> np.uint16(8)))
    return np.uint16(swapped ^ np.uint16(0x8000))  # type: ignore[return-value]


@inlined
def raw_line(stored: Stored | Floats, number: int, row: int, left: int, right: int) -> Stored | Floats:
    """Stored counts of a frame in a row of the imaging area, between two of its columns."""
    return stored[number, _FIRST_ROW + row, _FIRST_COLUMN + left : _FIRST_COLUMN + right]


@inlined
def calibrate_row(
    line: Stored, level: float, scale: float, dark: Floats, inverse_flat: Floats, out: Floats
) -> int:
    """A row of stored counts, as light times a scale; the largest count."""
    brightest = np.uint16(0)
    for column in range(len(out)):
        count = np.uint16(count_of(line[column]))
        brightest = max(brightest, count)
        out[column] = (np.float32(count) - level - dark[column]) * (scale * inverse_flat[column])
    return brightest  # type: ignore[return-value]


@inlined
def light_of_row(
    stored: Stored | Floats,
    levels: Floats,
    dark: Floats | None,
    inverse_flat: Floats | None,
    number: int,
    row: int,
    left: int,
    out: Floats,
) -> None:
    """What a frame, of those of `CalibratedFrames`, has in a row from the column `left` on.

    Which branch it takes is known when it is compiled. The arrays come one by one, since to take one out of a
    tuple costs as much as twenty pixels.
    """
    right = left + len(out)
    if dark is None or inverse_flat is None:
        line = stored[number, row, left:right]
        for column in range(len(out)):
            out[column] = line[column]
    else:
        raw, one = raw_line(stored, number, row, left, right), np.float32(1)
        calibrate_row(raw, levels[number], one, dark[row, left:right], inverse_flat[row, left:right], out)  # type: ignore[arg-type]


@compiled
def _mean(
    frames: CalibratedFrames,
    first: int,
    last: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    out: Floats,
) -> None:
    """Fill `out` with rows and columns from a first one on, each so many steps from the one before."""
    stored, levels, dark, inverse_flat = frames.stored, frames.levels, frames.dark, frames.inverse_flat
    width, step, part = out.shape[1], columns[1], np.float32(1.0 / (last - first))
    line = np.empty((width - 1) * step + 1 if width else 0, np.float32)
    for place in range(len(out)):
        into, row = out[place], rows[0] + place * rows[1]
        for number in range(first, last):
            alone = step == 1 and number == first
            light = into if alone else line
            light_of_row(stored, levels, dark, inverse_flat, number, row, columns[0], light)
            if alone:
                continue
            if number == first:
                into[:] = np.float32(0)
            if step == 1:
                for column in range(width):
                    into[column] += light[column]
            else:
                for column in range(width):
                    into[column] += light[column * step]
        if last - first > 1:
            for column in range(width):
                into[column] *= part

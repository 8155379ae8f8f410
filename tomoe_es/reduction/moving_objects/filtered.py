"""What is kept of filtered images: to write them down whole would take as long as to make them."""

from __future__ import annotations

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import inlined
from tomoe_es.reduction.calibrated_frames import Floats

BLOCK: Final = 4
"""Rows and columns of a block."""
WINDOW: Final = (BLOCK, 100)
"""Rows and columns of a window: one of a grid."""
EDGE: Final = 4
"""Rows and columns at the edges that have no samples."""
FIRST_SAMPLE: Final = 5
SAMPLE_ROWS: Final = 17
SAMPLE_COLUMNS: Final = 19
"""Every so many rows and columns: some 7,000 pixels tell level and noise to one part in a hundred."""
SAMPLE: Final = (slice(FIRST_SAMPLE, -EDGE, SAMPLE_ROWS), slice(FIRST_SAMPLE, -EDGE, SAMPLE_COLUMNS))


class Told(NamedTuple):
    """What is told of n filtered images, and then of their groups.

    `samples` (n, ...) as SAMPLE takes them; of single images sums of 4 x 4 pixels, `blocks`, unless that has
    no rows; `peaks` (n, most, 3) row, column and value of pixels over a threshold, row by row, the first ones
    if there are too many, and `counts` (n,) of them. What is about these, as far as there is room: the first
    `kept` (n,) of the `windows` (n, most, 4, 100), and `at` (n, most, 2) the rows and columns of the grid
    where they were.
    """

    samples: Floats
    blocks: Floats
    peaks: Floats
    counts: NDArray[np.int64]
    windows: Floats
    at: NDArray[np.int64]
    kept: NDArray[np.int64]

    @classmethod
    def room(
        cls, images: int, groups: int, shape: tuple[int, int], most_peaks: int, most_windows: int
    ) -> Self:
        """For so many images and groups of them."""
        n, samples = images + groups, np.empty(shape, np.bool_)[SAMPLE].shape
        return cls(
            np.empty((n, *samples), np.float32),
            np.empty((images, shape[0] // BLOCK, shape[1] // BLOCK), np.float32),
            np.empty((n, most_peaks, 3), np.float32),
            np.empty(n, np.int64),
            np.empty((n, most_windows, *WINDOW), np.float32),
            np.empty((n, most_windows, 2), np.int64),
            np.empty(n, np.int64),
        )

    def part(self, images: int, groups: int, *, with_blocks: bool) -> Told:
        """Of fewer."""
        n, rows = images + groups, None if with_blocks else 0
        return Told(
            self.samples[:n],
            self.blocks[:images, :rows],
            self.peaks[:n],
            self.counts[:n],
            self.windows[:n],
            self.at[:n],
            self.kept[:n],
        )

    def of(self, place: int) -> Kept:
        """Of one image, or group, what was kept."""
        return Kept(
            self.peaks[place, : self.counts[place]],
            self.windows[place, : self.kept[place]],
            self.at[place, : self.kept[place]],
        )


class Kept(NamedTuple):
    """Of one image: `peaks` (n, 3), `windows` (m, 4, 100) and where they are in the grid, `at` (m, 2)."""

    peaks: Floats
    windows: Floats
    at: NDArray[np.int64]


@inlined
def keep_windows(
    made: Floats, near: NDArray[np.bool_], block: int, width: int, place: int, told: Told
) -> None:
    """Keep those windows of a row of the grid that have what may be a peak in them, or near."""
    values, at, counts = told.windows, told.at, told.kept
    rows = made[block % 2]
    for column in range(near.shape[1]):
        count = counts[place]
        if not (near[0, column] or near[1, column] or near[2, column]) or count == values.shape[1]:
            continue
        left = column * WINDOW[1]
        right = min(left + WINDOW[1], width)
        for k in range(BLOCK):
            into, row = values[place, count, k], rows[k, left:right]
            for x in range(right - left):
                into[x] = row[x]
        at[place, count, 0], at[place, count, 1] = block, column
        counts[place] = count + 1

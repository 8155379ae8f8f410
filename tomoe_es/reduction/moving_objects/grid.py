"""Points of many frames in a grid of cells: a look at a place costs the same for any number of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled

POINTS_A_CELL: Final = 0.7
SMALLEST_CELL_PIXELS: Final = 8.0
LARGEST_CELL_PIXELS: Final = 128.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Points in order of frame and cell: `x`, `y` float64, cells from the grid's corner, and `frame` int64.

    Cell (frame, row, column) counts as c = (frame * rows + row) * columns + column; its points are those
    from starts[c] to starts[c + 1]. `order` (n,) are the indices of the points as they were given; a cell is
    `cell` pixels wide.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    frame: NDArray[np.int64]
    order: NDArray[np.int64]
    starts: NDArray[np.int32]
    frames: int
    columns: int
    rows: int
    cell: float


def grid_of(x: NDArray[np.float64], y: NDArray[np.float64], frame: NDArray[np.int64], frames: int) -> Grid:
    """The grid of points (n,) at pixels `x`, `y` in frames from 0, with cells for about one point."""
    width, height = float(np.ptp(x)) + 1.0, float(np.ptp(y)) + 1.0
    wanted = np.sqrt(POINTS_A_CELL * width * height * frames / len(x))
    cell = float(np.clip(wanted, SMALLEST_CELL_PIXELS, LARGEST_CELL_PIXELS))
    columns, rows = int(width / cell) + 1, int(height / cell) + 1
    across, up = (x - x.min()) / cell, (y - y.min()) / cell
    place = (frame * rows + up.astype(np.int64)) * columns + across.astype(np.int64)
    order = np.argsort(place, kind="stable")
    starts = np.zeros(frames * rows * columns + 1, dtype=np.int32)
    np.cumsum(np.bincount(place, minlength=frames * rows * columns), out=starts[1:])
    return Grid(across[order], up[order], frame[order], order, starts, frames, columns, rows, cell)


@compiled
def nearest(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    starts: NDArray[np.int32],
    columns: int,
    rows: int,
    frame: int,
    x_at: float,
    y_at: float,
    radius: float,
) -> int:
    """The point of a frame nearest to a place, or -1: none is within the radius. All in cells of a Grid."""
    best, best_squared = -1, radius * radius
    if x_at + radius < 0.0 or y_at + radius < 0.0 or x_at - radius >= columns or y_at - radius >= rows:
        return best
    left, right = int(max(0.0, x_at - radius)), int(min(columns - 1.0, x_at + radius))
    low, high = int(max(0.0, y_at - radius)), int(min(rows - 1.0, y_at + radius))
    for row in range(low, high + 1):
        start = (frame * rows + row) * columns
        for point in range(starts[start + left], starts[start + right + 1]):
            squared = (x[point] - x_at) ** 2 + (y[point] - y_at) ** 2
            if squared <= best_squared:
                best, best_squared = point, squared
    return best

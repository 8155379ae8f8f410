"""What stands in the place of everything on a terminal in which the screen would be cut off."""

from __future__ import annotations

from typing import Final

from textual.widgets import Static

LEAST_ROOM: Final = (80, 14)
"""Columns and lines: in fewer columns moment and speed are cut off, in fewer lines the panels."""


def is_too_small(columns: int, lines: int) -> bool:
    """Tell whether the screen would be cut off."""
    return columns < LEAST_ROOM[0] or lines < LEAST_ROOM[1]


class TooSmall(Static):
    """Which size the terminal has, and which it needs."""

    def __init__(self) -> None:
        super().__init__("", id="too-small", markup=False)

    def say(self, columns: int, lines: int) -> None:
        """Name both sizes."""
        self.update(
            f"REPLAY needs {LEAST_ROOM[0]} x {LEAST_ROOM[1]}; this terminal has "
            f"{columns} x {lines}: enlarge it; q quits"
        )

"""One row of the truth table, and statistics that several rows use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

HEAD: Final = "| what | measured | target | verdict | how |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """`value` of `what`, with the range that is wanted: None where nothing is, only shown.

    `text` stands for the value where more than a number has to be said.
    """

    what: str
    value: float
    how: str
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    text: str = ""

    @property
    def reached(self) -> bool:
        """Whether the value is in its range; a value that couldn't be measured isn't."""
        if self.at_least is None and self.at_most is None:
            return True
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= self.value <= high

    def line(self) -> str:
        """As a line of Markdown. A miss says by how much."""
        shown = self.text or f"{self.value:.4g} {self.unit}".strip()
        target = ""
        if self.at_least is not None and self.at_most is not None:
            target = f"{self.at_least:g} to {self.at_most:g} {self.unit}".strip()
        elif self.at_least is not None:
            target = f">= {self.at_least:g} {self.unit}".strip()
        elif self.at_most is not None:
            target = f"<= {self.at_most:g} {self.unit}".strip()
        verdict = "" if not target else "yes" if self.reached else f"**missed** by {self._miss():.3g}"
        return f"| {self.what} | {shown} | {target} | {verdict} | {self.how} |"

    def _miss(self) -> float:
        return min(abs(self.value - limit) for limit in (self.at_least, self.at_most) if limit is not None)


def spread(values: ArrayLike) -> float:
    """Standard deviation by the median of absolute deviations; NaN of nothing."""
    values = np.asarray(values, float)
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) if values.size else math.nan


def median(values: ArrayLike) -> float:
    """Median; NaN of nothing."""
    values = np.asarray(values, float)
    return float(np.median(values)) if values.size else math.nan


def part(count: int, whole: int) -> float:
    """A part of a whole; NaN of nothing."""
    return count / whole if whole else math.nan

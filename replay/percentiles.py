"""Percentiles of measured times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def percentile(ordered: Sequence[T], percent: float) -> T:
    """The nearest-rank percentile of what is in order."""
    return ordered[max(0, -(-len(ordered) * percent // 100).__trunc__() - 1)]

"""The smallest part of a list that still has a property: ddmin of Zeller and Hildebrandt, "Simplifying and
isolating failure-inducing input", IEEE Transactions on Software Engineering 28 (2002) 183."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

Unit = TypeVar("Unit")


def ddmin(units: Sequence[Unit], has_it: Callable[[list[Unit]], bool]) -> list[Unit]:
    """A part of the units, in their order, of which no single one can be left out any more.

    `has_it` must be true of all units. It is asked as often as the square of their number in the worst case.
    """
    left = list(units)
    pieces = 2
    while len(left) >= 2:
        pieces = min(pieces, len(left))
        bounds = [len(left) * number // pieces for number in range(pieces + 1)]
        parts = [left[start:end] for start, end in pairwise(bounds)]
        smaller = next((part for part in parts if has_it(part)), None) if pieces > 1 else None
        if smaller is not None:
            left, pieces = smaller, 2
            continue
        rests = ([each for other in parts if other is not part for each in other] for part in parts)
        rest = next((each for each in rests if pieces > 2 and has_it(each)), None)
        if rest is not None:
            left, pieces = rest, max(pieces - 1, 2)
        elif pieces == len(left):
            break
        else:
            pieces *= 2
    return [] if len(left) == 1 and has_it([]) else left

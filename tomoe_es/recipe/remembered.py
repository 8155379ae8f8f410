"""Remembers what a recipe, or a line of one, tells: neither ever changes, and every decision asks again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

KEPT: Final = 8192
"""Values of which it is remembered: a night has 400 recipes of a dozen lines."""


def remembered(tell: Callable[[T], R]) -> Callable[[T], R]:
    """`tell`, asked once for each value, by its identity: a line may hold a table, which has no hash."""
    known: dict[int, tuple[T, R]] = {}

    @wraps(tell)
    def asked(value: T) -> R:
        found = known.get(id(value))
        if found is not None:
            return found[1]
        told = tell(value)
        if len(known) >= KEPT:
            known.clear()
        known[id(value)] = value, told  # which keeps the value alive, so that its identity stays its own
        return told

    return asked

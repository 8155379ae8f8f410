"""The violations that each fault shows, and in which operations: no other, and not in others.

`all`, some names of moments (`operations.py`), or `all but` some.
"""

from __future__ import annotations

from tests.chaos.operations import MOMENTS

EXPECTED: dict[str, dict[str, str]] = {}


def moments_of(where: str) -> set[str]:
    """Names of the moments that a word of the table stands for."""
    every = {each.name for each in MOMENTS}
    if where == "all":
        return every
    named = set(where.removeprefix("all but ").split(", "))
    return every - named if where.startswith("all but ") else named


def expected_in(fault: str, moment: str) -> set[str]:
    """Violations of a fault that strikes in a moment."""
    return {name for name, where in EXPECTED.get(fault, {}).items() if moment in moments_of(where)}

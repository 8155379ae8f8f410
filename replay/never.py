"""Why a condition was not found: it holds elsewhere in the night, or which of its parts never does."""

from __future__ import annotations

from collections.abc import Iterator

from replay.breakpoints import next_hit
from replay.conditions import Condition, alone
from replay.night import ReplayedNight


def not_found(night: ReplayedNight, condition: Condition, sought: str) -> Iterator[str]:
    """That it was not found as `sought`, such as `from there`; and where else it holds, or why never."""
    elsewhere = next_hit(night, condition, night.first - 1)
    if elsewhere is not None:
        yield f"nowhere {sought}: {condition.text}"
        yield f"{'':>8} in the night it holds first at event {elsewhere.position}"
        return
    yield f"never: {condition.text}"
    yield from (f"{'':>8} {each}" for each in why_never(night, condition))


def why_never(night: ReplayedNight, condition: Condition) -> Iterator[str]:
    """Of one that holds nowhere in the night: a line for each of its parts and what to do."""
    if len(condition.parts) == 1:
        yield "what it looks at was never so: 'tomoe replay show PLACE' prints the state at a place"
        return
    first = [next_hit(night, alone(each), night.first - 1) for each in condition.parts]
    for part, found in zip(condition.parts, first, strict=True):
        where = f"holds first at event {found.position}" if found is not None else "never holds"
        yield f"alone, {part.text} {where}"
    if None in first:
        yield "leave out what never holds, or change it"
    else:
        yield "each holds somewhere, all of them at once nowhere: 'tomoe replay show PLACE' prints the state"

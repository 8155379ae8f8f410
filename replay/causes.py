"""Why something happened, back to what began it; and what followed from it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from replay.night import ReplayedNight
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected

LONGEST_CHAIN = 60
"""Events told of one chain of causes; what is left out between is counted."""
_LAST_OF_CHAIN = 5
FEWEST_OF_CHAIN = _LAST_OF_CHAIN + 1
"""The event itself, and those with which it all began."""


class Cause(msgspec.Struct, frozen=True):
    """An event on the way back: how it is connected with the one told before it, and how long before."""

    event: Recorded
    depth: int
    relation: str  # "", "cause", "evidence", "recipe"
    gap_us: int
    left_out: int = 0  # events of the chain between the one before and this one, which are not shown


def why(night: ReplayedNight, position: int, longest: int = LONGEST_CHAIN) -> list[Cause]:
    """The event, its causes to what began it, what a violation rests on, and the recipe's beginning."""
    seen: set[int] = set()
    found = list(_chain(night, position, 0, "", 0, seen, longest))
    first = found[0].event
    if isinstance(first.payload, ViolationDetected):
        for each in first.payload.evidence:
            if each not in seen and _holds(night, each):
                found += _chain(night, each, 1, "evidence", first.time, seen, longest)
    if first.correlation and first.correlation not in seen:
        found += _chain(night, first.correlation, 1, "recipe", first.time, seen, longest)
    return found


def not_in_part(night: ReplayedNight, event: Recorded) -> list[int]:
    """Positions, in the whole log, of a violation's evidence that the log, a part of it, does not hold."""
    if not isinstance(event.payload, ViolationDetected):
        return []
    return [abs(each) for each in event.payload.evidence if not _holds(night, each)]


def _holds(night: ReplayedNight, position: int) -> bool:
    return 0 < position <= night.log.head()


def began_with(causes: list[Cause]) -> Recorded:
    """The first cause that has none itself: a reading, a person's command, the schedule."""
    return next(each.event for each in causes if not each.event.cause)


def _chain(
    night: ReplayedNight, position: int, depth: int, relation: str, later: int, seen: set[int], longest: int
) -> Iterator[Cause]:
    steps: list[Recorded] = []
    while position and position not in seen:
        seen.add(position)
        steps.append(night.event(position))
        position = steps[-1].cause
    kept = steps if len(steps) <= longest else [*steps[: longest - _LAST_OF_CHAIN], *steps[-_LAST_OF_CHAIN:]]
    before = later
    for index, event in enumerate(kept):
        cut = len(kept) < len(steps) and index == longest - _LAST_OF_CHAIN
        left_out = len(steps) - len(kept) if cut else 0
        gap = before - event.time if before else 0
        yield Cause(event, depth + index, relation if index == 0 else "cause", gap, left_out)
        before = event.time


class Effect(msgspec.Struct, frozen=True):
    """An event that follows from another, directly or by others between."""

    event: Recorded
    depth: int
    gap_us: int  # after its cause


def effects(night: ReplayedNight, position: int) -> list[Effect]:
    """All that followed from an event to the end of the night, as a tree in depth first order."""
    root = night.event(position)
    below: dict[int, list[Recorded]] = {position: []}
    for each in night.log.read(after=position, until=night.last):
        siblings = below.get(each.cause)
        if siblings is not None:
            siblings.append(each)
            below[each.position] = []
    found: list[Effect] = []
    waiting = [(root, 0, 0)]
    while waiting:
        event, depth, gap = waiting.pop()
        found.append(Effect(event, depth, gap))
        waiting += [(each, depth + 1, each.time - event.time) for each in reversed(below[event.position])]
    return found

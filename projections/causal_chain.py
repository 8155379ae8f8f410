"""Why something happened: the events that led to it, read from the log, as a tree from what began it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.log.port import EventLog

LONGEST = 200
"""Events of one tree: a cause has a cause, but a screen has an end."""


class Link(msgspec.Struct, frozen=True):
    """An event of the tree, and how deep below what began it."""

    depth: int
    recorded: Recorded


def causal_chain(log: EventLog, position: int) -> list[Link]:
    """The event at a position with all that it names as evidence and causes, oldest causes first."""
    events: dict[int, Recorded] = {}
    wanted = [position]
    while wanted and len(events) < LONGEST:
        at = wanted.pop()
        if at <= 0 or at in events:
            continue
        found = next(iter(log.read(after=at - 1, until=at)), None)
        if found is None:
            continue
        events[at] = found
        wanted.append(found.cause)
        if isinstance(found.payload, ViolationDetected):
            wanted += [*found.payload.chain, *found.payload.evidence]
    return _tree(events.values())


def _tree(events: Iterable[Recorded]) -> list[Link]:
    """Depth first, each below its cause, in order of position."""
    ordered = sorted(events, key=lambda each: each.position)
    known = {each.position for each in ordered}
    below: dict[int, list[Recorded]] = {}
    for each in ordered:
        below.setdefault(each.cause if each.cause in known else 0, []).append(each)
    links: list[Link] = []
    waiting = [(0, each) for each in reversed(below.get(0, []))]
    while waiting:
        depth, each = waiting.pop()
        links.append(Link(depth, each))
        waiting += [(depth + 1, child) for child in reversed(below.get(each.position, []))]
    return links

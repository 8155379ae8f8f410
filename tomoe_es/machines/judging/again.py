"""Judges past nights again, from the log alone, and compares with what the monitor recorded live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.events.system import NightPlanned
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.state import Found

_VIOLATION = ViolationDetected.__name__


class Line(msgspec.Struct, frozen=True, order=True):
    """A departure or its end, as far as judging alone can tell it."""

    kind: str  # ViolationDetected or ViolationCleared
    name: str
    thing: str
    evidence: tuple[int, ...]
    chain: tuple[int, ...]
    severity: str
    message: str


class Comparison(msgspec.Struct, frozen=True):
    """What the judges of one or all nights agree on, and where they differ."""

    nights: int
    events: int
    equal: int
    equal_violations: int  # of these; the others are ends of violations
    only_live: list[Line]  # recorded, but not found again
    only_again: list[Line]  # found again, but not recorded


def compare(events: Iterable[Recorded], night: str | None = None) -> Comparison:
    """Judge a log from its first event on; compare one night, or all.

    A night lasts from its plan to the next one's. What came before the first plan belongs to no night.
    """
    judged = steps.initial()
    live: Counter[Line] = Counter()
    again: Counter[Line] = Counter()
    nights, count, within = set(), 0, night is None
    for recorded in events:
        event = recorded.payload
        if isinstance(event, NightPlanned):
            within = night is None or event.night == night
            if within:
                nights.add(event.night)
        found = steps.judge(judged, recorded)
        if not within:
            continue
        count += 1
        again.update(_line(each) for each in found)
        if isinstance(event, ViolationDetected | ViolationCleared):
            live[_line(event)] += 1
    equal = live & again
    return Comparison(
        nights=len(nights),
        events=count,
        equal=equal.total(),
        equal_violations=sum(number for line, number in equal.items() if line.kind == _VIOLATION),
        only_live=sorted((live - again).elements()),
        only_again=sorted((again - live).elements()),
    )


def _line(found: Found) -> Line:
    if isinstance(found, ViolationDetected):
        return Line(
            kind=_VIOLATION,
            name=found.name,
            thing=found.thing,
            evidence=tuple(found.evidence),
            chain=tuple(found.chain),
            severity=found.severity,
            message=found.message,
        )
    return Line("ViolationCleared", found.name, found.thing, (), (), "", found.message)

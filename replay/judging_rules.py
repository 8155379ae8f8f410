"""Where a rule is first broken, by judging the night again with the rules of now, whatever was recorded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

import msgspec

from replay.errors import RuleUnknown, did_you_mean
from replay.night import ReplayedNight
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.state import Judged
from tomoe_es.machines.norms import declared


class Broken(msgspec.Struct, frozen=True):
    """The first event by which a rule is broken, and how it was searched; None: it is kept."""

    event: Recorded | None
    violation: ViolationDetected | None
    recorded: int  # position at which the night recorded a violation of this name first; 0: it did not
    how: str


def check_name(name: str) -> None:
    """Raise RuleUnknown when no rule, deadline or departure of a machine has this name."""
    known = declared()
    if name not in known:
        raise RuleUnknown(f"no violation is called '{name}': {did_you_mean(name, known)}")


def departures(judged: Judged, events: Iterable[Recorded]) -> Iterator[tuple[Recorded, ViolationDetected]]:
    """Judge events in order, going on from a state, which is changed."""
    for recorded in events:
        for found in steps.judge(judged, recorded):
            if isinstance(found, ViolationDetected):
                yield recorded, found


def first_broken(night: ReplayedNight, name: str, *, declared_monotone: bool = False) -> Broken:
    """The first event by which a rule is broken; raises RuleUnknown.

    By halves where the caller says that it stays broken to the end, and the rule is one whose departure
    lasts, so that the state at any event tells; else every event is judged. What is overdue is found at the
    next event.
    """
    check_name(name)
    kept = night.log.read(after=night.first - 1, until=night.last, types=["ViolationDetected"])
    recorded = next((each.position for each in kept if _is_of(each, name)), 0)
    start, how = night.first, "scanned, since it may be kept again"
    if declared_monotone and declared()[name].lasts:
        places = range(night.first, night.last + 1)
        index = bisect_left(places, True, key=lambda position: name in _judged(night, position).told)
        start = min(night.first + index, night.last)
        how = "searched by halves, since you say that it stays broken"
    elif declared_monotone:
        how = "scanned, since a departure of this kind is over as soon as it has happened"
    for event, violation in departures(_judged(night, start - 1), night.events(after=start - 1)):
        if violation.name == name:
            return Broken(event, violation, recorded, how)
    return Broken(None, None, recorded, how)


def _judged(night: ReplayedNight, position: int) -> Judged:
    judged = night.folding(position).states()["monitor"].judged
    assert isinstance(judged, Judged), "the state of the monitor"
    return judged


def _is_of(recorded: Recorded, name: str) -> bool:
    return isinstance(recorded.payload, ViolationDetected) and recorded.payload.name == name

"""The fewest events of a night that still break a rule, or still make a condition hold.

What is kept: judging again finds the same violation (its name, what it is about, shown by the same events and
found at the same one) and none of its name before, or the condition comes to hold; and judging finds no
departure of another name than it finds in the whole prefix. So what is left is still a log as the machines,
rules and deadlines allow it: no operation completes that never started, and no motion that came to its end
seems to last because the reading of its end was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from replay import breakpoints
from replay.conditions import Condition
from replay.delta_debugging import ddmin
from replay.errors import NothingToKeep
from replay.exporting import read_json_lines
from replay.judging_rules import check_name, departures
from replay.night import ReplayedNight
from replay.part_of_log import PartOfLog, renumbered
from replay.places import checked_condition
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationAcknowledged, ViolationCleared, ViolationDetected
from tomoe_es.events.system import CodeRegistered, NightPlanned
from tomoe_es.machines.judging import steps

_OF_THE_MONITOR = (ViolationDetected, ViolationCleared, ViolationAcknowledged)
"""Left out at once: judging makes them, and they name positions."""
_ALWAYS = (CodeRegistered, NightPlanned)
"""Kept in any case: which night it is, and by which code."""

Part = list[Recorded]
Signature = tuple[str, str, int, tuple[int, ...]]
"""By which a violation counts as the same: name, thing, and positions in the whole log of the event at which
it is found and of those that show it."""


class Minimal(msgspec.Struct, frozen=True):
    """The fewest events found, renumbered from 1."""

    keeps: str
    of: int  # events of the prefix
    tries: int  # parts that were judged
    events: Part


def minimal_for_rule(night: ReplayedNight, name: str) -> Minimal:
    """The fewest events that break a rule; raises RuleUnknown, NothingToKeep."""
    check_name(name)

    return _minimal(night, f"the rule {name} is broken", lambda part: name in _broken(part), name)


def minimal_for_condition(night: ReplayedNight, wanted: Condition) -> Minimal:
    """The fewest events after which a condition holds; raises NothingToKeep."""
    return _minimal(night, f"it comes to hold: {wanted.text}", lambda part: _holds(wanted, part), "")


def broken_rules(path: Path) -> set[str]:
    """Names of the rules, deadlines and departures that judging finds in a log file, for exported tests."""
    with path.open(encoding="utf-8") as lines:
        return _broken(list(read_json_lines(lines)))


def comes_to_hold(text: str, path: Path) -> bool:
    """Tell whether a condition comes to hold in a log file, for exported tests; times are of its night."""
    with path.open(encoding="utf-8") as lines:
        part = list(read_json_lines(lines))
    return bool(part) and _holds(checked_condition(ReplayedNight(PartOfLog(part)).night, text), part)


def _broken(part: Iterable[Recorded]) -> set[str]:
    return {violation.name for _, violation in departures(steps.initial(), part)}


def _holds(wanted: Condition, part: Part) -> bool:
    return bool(part) and breakpoints.first_hit(ReplayedNight(PartOfLog(part)), wanted).event is not None


def _is_allowed(part: Part, allowed: set[str], wanted: Signature | None) -> bool:
    """Judge just until something is found that must not be, or the violation that is to be."""
    for found in _signatures(part):
        if found == wanted:
            return True
        if found[0] not in allowed or (wanted is not None and _comes_before(found, wanted)):
            return False
    return wanted is None


def _comes_before(found: Signature, wanted: Signature) -> bool:
    """Tell whether a violation of that name is found at an event before, as the whole has none."""
    return found[0] == wanted[0] and found[2] < wanted[2]


def _signatures(part: Part) -> Iterator[Signature]:
    """What judging finds in events that are renumbered for it."""
    judged = steps.initial()
    for original, recorded in zip(part, renumbered(part), strict=True):
        for _, violation in departures(judged, [recorded]):
            shown_by = tuple(part[position - 1].position for position in violation.evidence)
            yield violation.name, violation.thing, original.position, shown_by


def _minimal(night: ReplayedNight, keeps: str, has_it: Callable[[Part], bool], rule: str) -> Minimal:
    prefix = _shortest_prefix(night, keeps, has_it)
    allowed = _broken(renumbered(prefix))
    wanted = next((found for found in _signatures(prefix) if found[0] == rule), None)
    tries = 0

    def still(part: Part) -> bool:
        nonlocal tries
        tries += 1
        return _is_allowed(part, allowed, wanted) and (wanted is not None or has_it(renumbered(part)))

    left = prefix
    for unit in (_type, _recipe, _stream, _event):
        left = _without(left, unit, still)
    return Minimal(keeps, len(prefix), tries, renumbered(left))


def _shortest_prefix(night: ReplayedNight, keeps: str, has_it: Callable[[Part], bool]) -> Part:
    """The events up to the one with which it is so, by halves; from the night's first, or else the log's."""
    for first in dict.fromkeys((night.first, 1)):
        events = [
            each
            for each in night.log.read(after=first - 1, until=night.last)
            if not isinstance(each.payload, _OF_THE_MONITOR)
        ]
        if has_it(renumbered(events)):
            low, high = 0, len(events)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if has_it(renumbered(events[:middle])) else (middle, high)
            return events[:high]
    raise NothingToKeep(f"in the night {night.night} it is not so that {keeps}")


def _without(events: Part, unit: Callable[[Recorded], Hashable], still: Callable[[Part], bool]) -> Part:
    """Leave out whole units, as many as can be."""
    units = list(dict.fromkeys(unit(each) for each in events if not isinstance(each.payload, _ALWAYS)))

    def chosen(some: Iterable[Any]) -> Part:
        kept = set(some)
        return [each for each in events if isinstance(each.payload, _ALWAYS) or unit(each) in kept]

    return chosen(ddmin(units, lambda some: still(chosen(some))))


def _type(recorded: Recorded) -> Hashable:
    return type(recorded.payload)


def _recipe(recorded: Recorded) -> Hashable:
    """All that belongs to one recipe; what belongs to none goes by who said it."""
    return recorded.correlation or recorded.actor


def _stream(recorded: Recorded) -> Hashable:
    return recorded.stream


def _event(recorded: Recorded) -> Hashable:
    return recorded.position


def minimal_lines(identity: Any, minimal: Minimal) -> Iterator[str]:
    """As `tomoe replay import` reads it: what it is, then the events."""
    told = {"keeps": minimal.keeps, "events": len(minimal.events), "of": minimal.of}
    yield msgspec.json.encode({"replay": identity, "minimal": told}).decode() + "\n"
    for each in minimal.events:
        yield msgspec.json.encode(each).decode() + "\n"

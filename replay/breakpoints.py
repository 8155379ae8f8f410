"""Where in a night a condition comes to hold: forward, backward, and the first time."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile
from typing import Any

import msgspec

from replay.condition_terms import Moment
from replay.conditions import Condition, Part
from replay.folds import state_folds
from replay.ladder import Folding
from replay.night import ReplayedNight
from tomoe_es.control.decider import Fold
from tomoe_es.events import ErasedPayload, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.catalogue import ROUTES
from tomoe_es.machines.judging import by_machines, steps
from tomoe_es.machines.judging.by_machines import Judge
from tomoe_es.machines.judging.state import Instances, Judged

_MACHINES = "machines"

Evolvers = Sequence[tuple[str, Fold]]
"""States that an event of a type changes, by name."""


def hits(
    night: ReplayedNight,
    condition: Condition,
    after: int | None = None,
    until: int | None = None,
    *,
    is_wanted: Callable[[], bool] | None = None,
) -> Iterator[Recorded]:
    """Events with `after` < position <= `until` at which the condition comes to hold.

    At the first event of the night it counts as coming to hold, even if it held before.
    One that looks at the event itself is met at every event of which it is true.
    It ends where `is_wanted`, asked at each event that is looked at, says no.
    """
    start = night.first - 1 if after is None else after
    watching = _Watching(night, condition, start)
    at_every = condition.looks_at_event
    held = watching.holds_at_start() if not at_every and start >= night.first else False
    events = _looked_at(night, watching, start, night.last if until is None else until)
    if is_wanted is not None:
        events = takewhile(lambda _: is_wanted(), events)
    for recorded in events:
        holds = watching.holds_after(recorded)
        if holds and (at_every or not held):
            yield recorded
        held = holds


def next_hit(night: ReplayedNight, condition: Condition, position: int) -> Recorded | None:
    """Continue: the next event after a position at which the condition comes to hold."""
    return next(hits(night, condition, after=position), None)


def last_hits(night: ReplayedNight, condition: Condition, position: int, count: int) -> list[Recorded]:
    """Reverse-continue: the last events before a position at which it came to hold, the nearest first."""
    return list(deque(hits(night, condition, until=position - 1), maxlen=count))[::-1]


class Found(msgspec.Struct, frozen=True):
    """The first event at which a condition holds, and how it was searched."""

    event: Recorded | None
    how: str


def first_hit(night: ReplayedNight, condition: Condition, *, declared_monotone: bool = False) -> Found:
    """The first event of the night after which the condition holds.

    By halves when it can't cease to hold again, because its form shows it or the caller says so; else every
    event that matters is looked at.
    """
    if condition.monotone or declared_monotone:
        why = "its form shows" if condition.monotone else "you say"
        return Found(
            _by_halves(night, condition), f"searched by halves, since {why} that it never ceases to hold"
        )
    watching = _Watching(night, condition, night.first - 1)
    scanned = "scanned, since it may cease to hold again"
    for recorded in _looked_at(night, watching, night.first - 1, night.last):
        if watching.holds_after(recorded):
            return Found(recorded, scanned)
    return Found(None, scanned)


def held_from_start(night: ReplayedNight, condition: Condition, found: Recorded) -> bool:
    """Tell whether an event was found because the condition holds from the start of the night on."""
    return found.position == night.first and not condition.looks_at_event


def moment(night: ReplayedNight, position: int) -> Moment:
    """Everything that a condition may look at after an event."""
    states = night.folding(position).states()
    return Moment(states, states["monitor"].judged.machines, night.event(position))


def _by_halves(night: ReplayedNight, condition: Condition) -> Recorded | None:
    places = range(night.first, night.last + 1)
    index = bisect_left(places, True, key=lambda position: condition.holds(moment(night, position)))
    return night.event(places[index]) if index < len(places) else None


def _looked_at(night: ReplayedNight, watching: _Watching, after: int, until: int) -> Iterator[Recorded]:
    """Events that may change whether the condition holds; the first of the night in any case."""
    if after >= night.first or until < night.first:
        return night.log.read(after=after, until=until, types=watching.types)
    rest = night.log.read(after=night.first, until=until, types=watching.types)
    return chain((night.event(night.first),), rest)


class _Watching:
    """A condition with just the states that it looks at, going forward.

    A part of it is judged again only after an event that changes one of its states, or when it looks at the
    event itself.
    """

    def __init__(self, night: ReplayedNight, condition: Condition, position: int) -> None:
        self._condition, self._only_at = condition, condition.only_at
        folds = {name: fold for name, fold in state_folds().items() if name in condition.states}
        if condition.machines:
            folds[_MACHINES] = _machines_fold(condition.machines)
        folding = Folding(folds)
        if night.ladder.kept_before(position) > 0:
            known = night.folding(position).states()
            for name, fold in folds.items():
                fold.state = known["monitor"].judged if name == _MACHINES else known[name]
        else:
            for recorded in night.log.read(until=position, types=folding.types):
                folding.take_in(recorded)
        evolvers_of = {
            kind: [(name, fold) for name, fold in folds.items() if kind in fold.types]
            for kind in frozenset[type[Event]]().union(*(fold.types for fold in folds.values()))
        }
        states = folding.states()
        machines: dict[str, Instances] = states[_MACHINES].machines if condition.machines else {}
        nothing: Any = None
        self._moment = Moment(states, machines, nothing)
        self._parts = [each.value for each in condition.parts]
        self._values = [not each.looks_at_event and each.value(self._moment) for each in condition.parts]
        self._at_other = (), tuple(i for i, each in enumerate(condition.parts) if each.looks_at_event)
        self._at = {
            kind: (evolvers, self._parts_changed_by(evolvers)) for kind, evolvers in evolvers_of.items()
        }

    def _parts_changed_by(self, evolvers: Evolvers) -> tuple[int, ...]:
        """Numbers of the parts that are to be judged again."""
        changed = {name for name, _ in evolvers}
        return tuple(
            i
            for i, each in enumerate(self._condition.parts)
            if each.looks_at_event or not changed.isdisjoint(_folds_of(each))
        )

    @property
    def types(self) -> frozenset[str] | None:
        """Event types that must be looked at; None: all."""
        if self._condition.looks_at_event and self._condition.only_at is None:
            return None
        changing = frozenset(each.__name__ for each in self._at)
        return changing | (self._condition.only_at or frozenset())

    def holds_at_start(self) -> bool:
        """Tell whether the condition, which does not look at the event, holds already."""
        return all(self._values)

    def holds_after(self, recorded: Recorded) -> bool:
        """Take the next event in, and judge."""
        kind, moment, only_at = type(recorded.payload), self._moment, self._only_at
        evolvers, changed = self._at.get(kind, self._at_other)
        for name, fold in evolvers:
            moment.states[name] = fold.state = fold.evolve(fold.state, recorded)
        moment.event = recorded
        if only_at is not None:
            return kind.__name__ in only_at and self._condition.holds(moment)
        values = self._values
        for index in changed:
            values[index] = self._parts[index](moment)
        return all(values)


def _folds_of(part: Part) -> frozenset[str]:
    return part.states | {_MACHINES} if part.machines else part.states


def _machines_fold(machines: frozenset[str]) -> Fold:
    """The machines named, without rules and deadlines; the others are not kept right."""
    routes = {
        kind: tuple(each for each in several if each.machine.name in machines)
        for kind, several in ROUTES.items()
    }
    judges: dict[type[Event], list[Judge]] = {
        kind: [by_machines.step(each) for each in several] for kind, several in routes.items() if several
    }
    judges[ErasedPayload] = [by_machines.erased_step(routes)]

    def evolve(judged: Judged, recorded: Recorded) -> Judged:
        for judge in judges[type(recorded.payload)]:
            judge(judged, recorded, [])
        return judged

    return Fold(steps.initial(), evolve, frozenset(judges))

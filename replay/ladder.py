"""States at any position of a log: folded once from the start, afterwards from the nearest kept copy."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Any, Protocol

from replay.structural_copy import copy_state, layer
from tomoe_es.control.decider import Fold
from tomoe_es.events import EVENT_TYPES, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import EventLog

KEPT_EVERY = 2048
"""Events between two copies: half of them are folded by a seek."""

_ALL = frozenset(EVENT_TYPES.values())

States = dict[str, Any]
"""By name of the state."""


class Folding:
    """Folds going forward through the log together."""

    def __init__(self, folds: dict[str, Fold], position: int = 0) -> None:
        """The folds have taken in what is up to the position."""
        self.folds = folds
        self.position = position
        self.evolvers: dict[type[Event], list[Fold]] = {}
        """The folds that an event of a type changes."""
        for fold in folds.values():
            for each in fold.types:
                self.evolvers.setdefault(each, []).append(fold)

    @property
    def types(self) -> frozenset[str]:
        """Names of the event types that change anything."""
        return frozenset(each.__name__ for each in self.evolvers)

    def take_in(self, recorded: Recorded) -> None:
        """Take the next event in."""
        for fold in self.evolvers.get(type(recorded.payload), ()):
            fold.state = fold.evolve(fold.state, recorded)
        self.position = recorded.position

    def read_to(self, log: EventLog, position: int) -> None:
        """Take in all events up to a position; only those that change anything are read."""
        evolvers = self.evolvers
        types = None if evolvers.keys() >= _ALL else self.types
        for recorded in log.read(after=self.position, until=position, types=types):
            for fold in evolvers.get(type(recorded.payload), ()):
                fold.state = fold.evolve(fold.state, recorded)
        self.position = max(self.position, position)

    def states(self) -> States:
        """The states themselves: the next event changes them."""
        return {name: fold.state for name, fold in self.folds.items()}


class StateCache(Protocol):
    """Keeps some of the copies for the next process."""

    every: int

    def nearest(self, position: int, folds: dict[str, Fold]) -> Folding | None:
        """The folds given, as they were at the nearest position not after this one; None: nothing is kept."""

    def save(self, folding: Folding) -> None:
        """Keep these."""


class Ladder:
    """Copies of the states of some folds, made every so many events the first time that one comes by."""

    def __init__(
        self,
        log: EventLog,
        make_folds: Callable[[], dict[str, Fold]],
        every: int = KEPT_EVERY,
        cache: StateCache | None = None,
        layered: bool = True,
    ) -> None:
        """`layered`: large tables are layered ones, for folds that only use them as Python does."""
        self._layered = layered
        self._log, self._make_folds, self._every, self._cache = log, make_folds, every, cache
        self._positions = [0]
        self._kept: dict[int, States] = {0: self._copies(make_folds())}

    @property
    def kept_positions(self) -> list[int]:
        """Where copies are kept, in order."""
        return self._positions

    def kept_before(self, position: int) -> int:
        """Position of the nearest copy at or before a position."""
        return self._positions[bisect_right(self._positions, position) - 1]

    def at(self, position: int) -> Folding:
        """Folds that have taken in the events up to a position; the caller may go on with them."""
        folding = self._work_on(self.nearest(position))
        while True:
            following = folding.position - folding.position % self._every + self._every
            if following > position:
                break
            folding.read_to(self._log, following)
            self._keep(folding)
        folding.read_to(self._log, position)
        return folding

    def nearest(self, position: int) -> int:
        """Position of the nearest copy at or before a position, after a look into the cache."""
        kept = self.kept_before(position)
        if self._cache is not None and position - kept > self._cache.every:
            found = self._cache.nearest(position, self._make_folds())
            if found is not None and found.position > kept:
                self._keep(found, is_cached=True)
        return self.kept_before(position)

    def _keep(self, folding: Folding, *, is_cached: bool = False) -> None:
        position = folding.position
        if position in self._kept:
            return
        insort(self._positions, position)
        self._kept[position] = self._copies(folding.folds)
        if self._cache is not None and not is_cached and position % self._cache.every == 0:
            self._cache.save(folding)

    def _copies(self, folds: dict[str, Fold]) -> States:
        if self._layered:
            for fold in folds.values():
                layer(fold.state)
        return {name: copy_state(fold.state) for name, fold in folds.items()}

    def _work_on(self, position: int) -> Folding:
        folds = self._make_folds()
        for name, fold in folds.items():
            fold.state = copy_state(self._kept[position][name])
        return Folding(folds, position)

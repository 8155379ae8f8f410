"""States at any position of a log: folded once from the start, afterwards from the nearest kept copy."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from replay.structural_copy import copy_state, layer
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import EventLog

KEPT_EVERY = 2048
"""Events between two copies: half of them are folded by a seek."""

States = dict[str, Any]
"""By name of the state."""


class Folding:
    """Folds going forward through the log together."""

    def __init__(self, folds: dict[str, Fold], position: int = 0) -> None:
        """The folds have taken in what is up to the position."""
        self.folds = folds
        self.position = position
        self._evolvers: dict[type[Event], list[Fold]] = {}
        for fold in folds.values():
            for each in fold.types:
                self._evolvers.setdefault(each, []).append(fold)

    @property
    def types(self) -> frozenset[str]:
        """Names of the event types that change anything."""
        return frozenset(each.__name__ for each in self._evolvers)

    def take_in(self, recorded: Recorded) -> None:
        """Take the next event in."""
        for fold in self._evolvers.get(type(recorded.payload), ()):
            fold.state = fold.evolve(fold.state, recorded)
        self.position = recorded.position

    def read_to(self, log: EventLog, position: int) -> None:
        """Take in all events up to a position."""
        evolvers = self._evolvers
        for recorded in log.read(after=self.position, until=position):
            for fold in evolvers.get(type(recorded.payload), ()):
                fold.state = fold.evolve(fold.state, recorded)
        self.position = max(self.position, position)

    def states(self) -> States:
        """The states themselves: the next event changes them."""
        return {name: fold.state for name, fold in self.folds.items()}


class Ladder:
    """Copies of the states of some folds, made every so many events the first time that one comes by."""

    def __init__(
        self, log: EventLog, make_folds: Callable[[], dict[str, Fold]], every: int = KEPT_EVERY
    ) -> None:
        self._log, self._make_folds, self._every = log, make_folds, every
        self._positions = [0]
        self._kept: list[States] = [_keep(make_folds())]

    @property
    def kept_positions(self) -> list[int]:
        """Where copies are kept, in order."""
        return self._positions

    def kept_before(self, position: int) -> int:
        """Position of the nearest copy at or before a position."""
        return self._positions[bisect_right(self._positions, position) - 1]

    def at(self, position: int) -> Folding:
        """Folds that have taken in the events up to a position; the caller may go on with them."""
        index = bisect_right(self._positions, position) - 1
        folding = self._work_on(index)
        while index == len(self._positions) - 1 and folding.position + self._every <= position:
            folding.read_to(self._log, folding.position + self._every)
            self._positions.append(folding.position)
            self._kept.append(_keep(folding.folds))
            index += 1
        folding.read_to(self._log, position)
        return folding

    def begin_with(self, folding: Folding) -> None:
        """Take states from elsewhere, at a position after the last copy."""
        if folding.position > self._positions[-1]:
            self._positions.append(folding.position)
            self._kept.append(_keep(folding.folds))

    def _work_on(self, index: int) -> Folding:
        folds = self._make_folds()
        for name, fold in folds.items():
            fold.state = copy_state(self._kept[index][name])
        return Folding(folds, self._positions[index])


def _keep(folds: dict[str, Fold]) -> States:
    for fold in folds.values():
        layer(fold.state)
    return {name: copy_state(fold.state) for name, fold in folds.items()}

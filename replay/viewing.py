"""What the screens showed at any moment of a night: the same overview as the live ones, from kept states."""

from __future__ import annotations

from bisect import bisect_right

from projections import history
from projections.overview import HISTORY, SHOWN, overview_of
from projections.overview_model import FinishedRecipe, Overview
from replay.folds import read_model_folds_of
from replay.ladder import KEPT_EVERY, Folding, Ladder, StateCache
from replay.night import ReplayedNight
from tomoe_es.control.decider import Fold
from tomoe_es.log.port import EventLog

CLIMB = 32 * KEPT_EVERY
"""Events that are folded at a time on the way to a place where no copy is near: less than half a second."""


class Viewing:
    """Overviews of one night. For one thread."""

    def __init__(self, night: ReplayedNight, cache: StateCache | None = None) -> None:
        """`cache` keeps states for the next process."""
        self.night = night
        self._ladder = Ladder(night.log, _folds, cache=cache, layered=False)
        self._finished = FinishedRecipes(night.log, night.last)
        self._now: Folding | None = None
        self._ahead = night.first

    def overview(self, position: int) -> Overview:
        """What the live screens showed after an event."""
        folding = self._folding(position)
        states = {each.name: folding.folds[each.name].state for each in SHOWN}
        finished, total = self._finished.at(position)
        return overview_of(states, position, self.night.event(position).time, finished, total)

    def is_near(self, position: int) -> bool:
        """Tell whether a copy is so near that the overview is there at once."""
        return position - self._ladder.nearest(position) <= CLIMB

    def climb(self, position: int) -> int:
        """Fold one part of the way to a position, and give how far that went."""
        reached = min(position, self._ladder.kept_before(position) + CLIMB)
        self._ladder.at(reached)
        return reached

    def fold_ahead(self) -> bool:
        """Keep the next copy of the night that is not kept yet; False when all are."""
        if self._ahead > self.night.last:
            return False
        self._ladder.at(self._ahead)
        self._ahead += KEPT_EVERY
        return True

    @property
    def folded(self) -> float:
        """Part of the night of which copies are kept, 0 to 1."""
        return min(1.0, (self._ahead - self.night.first) / (self.night.last - self.night.first + 1))

    def _folding(self, position: int) -> Folding:
        """Go on from where the last overview was, when that is shorter than from a copy."""
        now = self._now
        if now is not None and self._ladder.kept_before(position) <= now.position <= position:
            now.read_to(self.night.log, position)
            return now
        self._now = self._ladder.at(position)
        return self._now


class FinishedRecipes:
    """Rows of the history, which are no part of a projection's state, as they were at any position."""

    def __init__(self, log: EventLog, until: int) -> None:
        self._positions: list[int] = []
        self._rows: list[FinishedRecipe] = []
        state, evolve = history.PROJECTION.state(), history.PROJECTION.evolve
        types = {each.__name__ for each in evolve}
        for recorded in log.read(until=until, types=types):
            for _, row in evolve[type(recorded.payload)](state, recorded.payload, recorded) or ():
                self._positions.append(recorded.position)
                self._rows.append(history.finished_recipe(row))

    def at(self, position: int) -> tuple[tuple[FinishedRecipe, ...], int]:
        """The newest ones after an event, newest first, and how many there were in all."""
        total = bisect_right(self._positions, position)
        return tuple(reversed(self._rows[max(total - HISTORY, 0) : total])), total


def _folds() -> dict[str, Fold]:
    return read_model_folds_of(SHOWN)

"""Everything that is folded from a log: the states that decisions are made on, and the read models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from tomoe_es.control.decider import Fold
from tomoe_es.control.deciders_of_a_night import folds_of_a_night
from tomoe_es.events.envelope import Recorded

STATES: tuple[str, ...] = tuple(folds_of_a_night().by_name())
"""Names of the states that deciders decide on."""
READ_MODELS: tuple[str, ...] = tuple(each.name for each in PROJECTIONS)
PREFIX = "projection "
"""Before the name of a read model, because some have the name of a state or a machine."""


def state_folds() -> dict[str, Fold]:
    """The states before the first event."""
    return folds_of_a_night().by_name()


def read_model_folds() -> dict[str, Fold]:
    """The states of the projections before the first event; the rows that they write are not kept."""
    return {f"{PREFIX}{name}": fold for name, fold in read_model_folds_of(PROJECTIONS).items()}


def read_model_folds_of(projections: Iterable[Projection]) -> dict[str, Fold]:
    """The states of some projections before the first event, by their names alone."""
    return {each.name: _as_fold(each) for each in projections}


def all_folds() -> dict[str, Fold]:
    """Both."""
    return state_folds() | read_model_folds()


def _as_fold(projection: Projection) -> Fold:
    evolve_by_type = projection.evolve

    def evolve(state: Any, recorded: Recorded) -> Any:
        rows = evolve_by_type[type(recorded.payload)](state, recorded.payload, recorded)
        if rows is not None:
            for _ in rows:  # one that is a generator changes the state as it goes
                pass
        return state

    return Fold(projection.state(), evolve, frozenset(evolve_by_type))

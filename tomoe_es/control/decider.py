"""What a decider is: a state that events change, and pure decisions over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded


class Decision(msgspec.Struct, frozen=True):
    """An event that a decider wants recorded, and the position of the event that led to it.

    An event that names a recipe or an exposure gets the correlation of that. Any other gets `correlation`,
    or, where that is 0, the one of the event that woke the decider.
    """

    event: Event
    cause: int = 0
    correlation: int = 0


class Fold(msgspec.Struct):
    """A state and how events change it."""

    state: Any
    evolve: Callable[[Any, Recorded], Any]
    types: frozenset[type[Event]]


class Decider(msgspec.Struct, frozen=True):
    """Pure decisions over one state.

    `decide(state, recorded, now)` gets the event that woke it, or None when its own time came;
    `next_wakeup(state, now)` says when that is, and `not_before(state)` tells at little cost up to when it is
    not. A decider that gathers is called once for a run of events that were recorded together, with the last
    of them.
    """

    name: str
    fold: Fold
    inputs: frozenset[type[Event]]
    decide: Callable[[Any, Recorded | None, int], list[Decision]]
    next_wakeup: Callable[[Any, int], int | None] = lambda _state, _now: None
    gathers: bool = False
    not_before: Callable[[Any], int] = lambda _state: 0

"""Two nights beside each other: where they part, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, zip_longest
from typing import Any

import msgspec

from adapters.simulator.no_pixels import MADE_KINDS
from replay.night import ReplayedNight
from replay.timing import timing
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeSubmitted
from tomoe_es.events.reduction import ProductArchived, ProductRejected
from tomoe_es.events.system import CodeRegistered, WhatIfBegun
from tomoe_es.recipe.operations import OPERATIONS

FIGURES = {
    "recipes completed": "RecipeCompleted",
    "recipes cancelled": "RecipeCancelled",
    "recipes interrupted": "RecipeInterrupted",
    "recipes expired": "RecipeExpired",
    "exposures finished": "ExposureFinished",
    "exposures aborted": "ExposureAborted",
    "chip-cubes lost": "ChipCubeLost",
    "products archived": "ProductArchived",
    "products rejected": "ProductRejected",
    "suspensions": "ObservingSuspended",
    "violations": "ViolationDetected",
}
"""What is counted, and by which event type."""
_OWN = ("evidence", "chain", "detected", "last_position", "job_id", "product_id", "sha256")
"""Fields of payloads that hold positions, or are made from the version of the code: they differ anyway."""
_OUTCOMES = ("RecipeCompleted", "RecipeCancelled", "RecipeExpired")
_EXPOSING = frozenset(name for name, each in OPERATIONS.items() if each.exposes)
NOT_THERE = "not there"
"""How a recipe ended that the night never had."""


class Row(msgspec.Struct, frozen=True):
    """One figure of both nights."""

    name: str
    one: float
    other: float


class Parting(msgspec.Struct, frozen=True):
    """The first events that differ, in a what-if whatever their order in an instant; None: it is over."""

    one: Recorded | None
    other: Recorded | None


class Comparison(msgspec.Struct, frozen=True):
    """All that differs, in figures; `parting` is None when nothing does."""

    parting: Parting | None
    rows: list[Row]
    recipes: list[tuple[str, str, str]]  # id, how it ended here and there; "" when it did not
    violations: list[Row]
    left_out: list[str] = []  # kinds of products that a what-if doesn't make, so that nothing is told of them


def compare(one: ReplayedNight, other: ReplayedNight, same_until: int = 0) -> Comparison:
    """Compare two nights that are the same up to a position, if any."""
    here, there = _Figures(one), _Figures(other)
    left_out: list[str] = []
    if here.what_if or there.what_if:
        left_out = sorted({kind for _, kind in (*here.products, *there.products)} - MADE_KINDS)
        for figures in (here, there):
            for (name, kind), count in figures.products.items():
                figures.counts[name] -= count if kind in left_out else 0
    rows = [Row(name, here.counts[kind], there.counts[kind]) for name, kind in FIGURES.items()]
    rows += [
        Row(f"seconds {name}", round(here.seconds[name], 1), round(there.seconds[name], 1))
        for name in here.seconds
    ]
    names = sorted({*here.violations, *there.violations})
    return Comparison(
        _parting(one, other, same_until, ordered=not (here.what_if or there.what_if)),
        rows,
        _endings(here, there),
        [Row(name, here.violations[name], there.violations[name]) for name in names],
        left_out,
    )


_What = tuple[str, ...]
"""What a recipe is, whenever it was submitted: who asks, for what, and the names of its exposures."""


def _what(submitted: RecipeSubmitted) -> _What:
    recipe = submitted.recipe
    exposures = [str(each.argument) for each in recipe.operations if each.name in _EXPOSING]
    return (recipe.observer, recipe.project, recipe.comment, *exposures)


def _endings(here: _Figures, there: _Figures) -> list[tuple[str, str, str]]:
    """Recipes that end otherwise, by the id in the first night that has them.

    An id holds the time of submission, so that what the scheduler submits at another time has another one:
    such recipes are matched by what they are, those that are alike in their order.
    """
    same = {
        each: each
        for each in {*here.outcomes, *there.outcomes, *here.recipes, *there.recipes}
        if not (each in here.recipes) ^ (each in there.recipes)
    }
    waiting: dict[_What, list[str]] = {}
    for identity, what in there.recipes.items():
        if identity not in same:
            waiting.setdefault(what, []).append(identity)
    pairs: list[tuple[str | None, str | None]] = list(same.items())
    for identity, what in here.recipes.items():
        if identity not in same:
            alike = waiting.get(what)
            pairs.append((identity, alike.pop(0) if alike else None))
    pairs += [(None, identity) for rest in waiting.values() for identity in rest]
    ended = [(one or other or "", here.ending(one), there.ending(other)) for one, other in pairs]
    return sorted(each for each in ended if each[1] != each[2])


class _Figures:
    def __init__(self, night: ReplayedNight) -> None:
        self.counts: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.products: Counter[tuple[str, str]] = Counter()  # by event type and kind
        self.outcomes: dict[str, str] = {}
        self.recipes: dict[str, _What] = {}  # those submitted in the night, by id
        self.what_if = False
        self.seconds = msgspec.structs.asdict(timing(self._counting(night)).overhead)

    def ending(self, recipe_id: str | None) -> str:
        """How a recipe ended; "" when it did not."""
        return NOT_THERE if recipe_id is None else self.outcomes.get(recipe_id, "")

    def _counting(self, night: ReplayedNight) -> Iterator[Recorded]:
        for recorded in night.events():
            event: Any = recorded.payload
            name = type(event).__name__
            self.counts[name] += 1
            if name == "ViolationDetected":
                self.violations[event.name] += 1
            elif name in _OUTCOMES:
                self.outcomes[event.recipe_id] = name.removeprefix("Recipe").lower()
            elif isinstance(event, ProductArchived | ProductRejected):
                self.products[name, event.kind] += 1
            elif isinstance(event, RecipeSubmitted):
                self.recipes[event.recipe_id] = _what(event)
            elif isinstance(event, WhatIfBegun):
                self.what_if = True
            yield recorded


def _parting(one: ReplayedNight, other: ReplayedNight, same_until: int, *, ordered: bool) -> Parting | None:
    """Where they part; unless `ordered`, what happens at the same instant may happen in any order."""
    after_one, after_other = (max(each.first - 1, same_until) for each in (one, other))
    nothing: list[Recorded] = []
    pairs = zip_longest(
        _steps(one, after_one, ordered), _steps(other, after_other, ordered), fillvalue=nothing
    )
    extra: Parting | None = None  # an event that one of them alone has: what the other goes on with is told
    for here, there in pairs:
        if extra is not None:
            return Parting(extra.one or next(iter(here), None), extra.other or next(iter(there), None))
        if not here or not there or here[0].time != there[0].time:
            return Parting(next(iter(here), None), next(iter(there), None))
        if [_key(each) for each in here] != [_key(each) for each in there]:
            only_here, only_there = _without(here, there), _without(there, here)
            if only_here and only_there:
                return Parting(only_here[0], only_there[0])
            if only_here or only_there:
                extra = Parting(next(iter(only_here), None), next(iter(only_there), None))
    return extra


def _steps(night: ReplayedNight, after: int, ordered: bool) -> Iterator[list[Recorded]]:
    """The events that are to be compared with each other: one by one, or those of an instant."""
    happened = _happened(night, after)
    if ordered:
        return ([each] for each in happened)
    return (list(each) for _, each in groupby(happened, key=lambda each: each.time))


def _without(some: list[Recorded], others: list[Recorded]) -> list[Recorded]:
    """Those that have none of the others like them."""
    left = [_key(each) for each in others]
    found = []
    for each in some:
        if _key(each) in left:
            left.remove(_key(each))
        else:
            found.append(each)
    return found


def _happened(night: ReplayedNight, after: int) -> Iterator[Recorded]:
    """Without what tells of the logs themselves."""
    for each in night.events(after=after):
        if not isinstance(each.payload, WhatIfBegun | CodeRegistered):
            yield each


def _key(recorded: Recorded) -> tuple[Any, ...]:
    event = recorded.payload
    fields = tuple(getattr(event, name) for name in event.__struct_fields__ if name not in _OWN)
    return recorded.time, recorded.actor, type(event).__name__, fields

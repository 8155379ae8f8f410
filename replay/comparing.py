"""Two nights beside each other: where they part, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from replay.night import ReplayedNight
from replay.timing import timing
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import CodeRegistered, WhatIfBegun

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


class Row(msgspec.Struct, frozen=True):
    """One figure of both nights."""

    name: str
    one: float
    other: float


class Parting(msgspec.Struct, frozen=True):
    """The first events that differ; None where a night is over."""

    one: Recorded | None
    other: Recorded | None


class Comparison(msgspec.Struct, frozen=True):
    """All that differs, in figures; `parting` is None when nothing does."""

    parting: Parting | None
    rows: list[Row]
    recipes: list[tuple[str, str, str]]  # id, how it ended here and there; "" when it did not
    violations: list[Row]


def compare(one: ReplayedNight, other: ReplayedNight, same_until: int = 0) -> Comparison:
    """Compare two nights that are the same up to a position, if any."""
    here, there = _Figures(one), _Figures(other)
    rows = [Row(name, here.counts[kind], there.counts[kind]) for name, kind in FIGURES.items()]
    rows += [
        Row(f"seconds {name}", round(here.seconds[name], 1), round(there.seconds[name], 1))
        for name in here.seconds
    ]
    names = sorted({*here.violations, *there.violations})
    ids = {*here.outcomes, *there.outcomes}
    ended = [(each, here.outcomes.get(each, ""), there.outcomes.get(each, "")) for each in sorted(ids)]
    return Comparison(
        _parting(one, other, same_until),
        rows,
        [each for each in ended if each[1] != each[2]],
        [Row(name, here.violations[name], there.violations[name]) for name in names],
    )


class _Figures:
    def __init__(self, night: ReplayedNight) -> None:
        self.counts: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.outcomes: dict[str, str] = {}
        self.seconds = msgspec.structs.asdict(timing(self._counting(night)).overhead)

    def _counting(self, night: ReplayedNight) -> Iterator[Recorded]:
        for recorded in night.events():
            event: Any = recorded.payload
            name = type(event).__name__
            self.counts[name] += 1
            if name == "ViolationDetected":
                self.violations[event.name] += 1
            elif name in _OUTCOMES:
                self.outcomes[event.recipe_id] = name.removeprefix("Recipe").lower()
            yield recorded


def _parting(one: ReplayedNight, other: ReplayedNight, same_until: int) -> Parting | None:
    after_one, after_other = (max(each.first - 1, same_until) for each in (one, other))
    pairs = zip_longest(_happened(one, after_one), _happened(other, after_other))
    for here, there in pairs:
        if here is None or there is None or _key(here) != _key(there):
            return Parting(here, there)
    return None


def _happened(night: ReplayedNight, after: int) -> Iterator[Recorded]:
    """Without what tells of the logs themselves."""
    for each in night.events(after=after):
        if not isinstance(each.payload, WhatIfBegun | CodeRegistered):
            yield each


def _key(recorded: Recorded) -> tuple[Any, ...]:
    event = recorded.payload
    fields = tuple(getattr(event, name) for name in event.__struct_fields__ if name not in _OWN)
    return recorded.time, recorded.actor, type(event).__name__, fields

"""A night in outline, from its rare events alone: what a timeline shows, and where each step goes to."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import msgspec

from replay.night import ReplayedNight
from replay.places import STEPS
from tomoe_es.events import monitor, recipe, system
from tomoe_es.events.envelope import Recorded

VIOLATION = "violation"

_BEGINS = {
    "RecipeStarted": "recipe",
    "SkyBecameCloudy": "clouds",
    "WeatherBecameUnsafe": "unsafe",
}
_ENDS = {
    "RecipeCompleted": "recipe",
    "RecipeCancelled": "recipe",
    "RecipeReturnedToPool": "recipe",
    "SkyBecameClear": "clouds",
    "WeatherBecameSafe": "unsafe",
}
_UNIT_OF = {name: unit for unit, names in STEPS.items() for name in names} | {"ViolationDetected": VIOLATION}
_LOOKED_AT = frozenset({*_BEGINS, *_ENDS, *_UNIT_OF, "NightPlanned"})


class Stretch(msgspec.Struct, frozen=True):
    """Something that lasted: a recipe, clouds, unsafe weather. Times are UTC microseconds."""

    kind: str  # recipe, clouds, unsafe
    start_us: int
    end_us: int
    name: str  # the recipe's short id, else empty


class Mark(msgspec.Struct, frozen=True):
    """A violation."""

    position: int
    time_us: int
    severity: str
    name: str


class Outline(msgspec.Struct, frozen=True):
    """The night at a glance, and positions of what one may step to, in order."""

    first_us: int  # of the night's events
    last_us: int
    plan: system.NightPlanned | None
    stretches: tuple[Stretch, ...]
    violations: tuple[Mark, ...]
    positions: dict[str, array[int]]  # by unit: operation, exposure, recipe, violation

    @property
    def span_us(self) -> tuple[int, int]:
        """From sunset, or start-up where that is earlier, to sunrise; of an unplanned night: its events."""
        if self.plan is None:
            return self.first_us, max(self.last_us, self.first_us + 1)
        return min(self.plan.start_up_us, self.plan.sunset_us), self.plan.sunrise_us

    def next_of(self, unit: str, position: int) -> int | None:
        """Position of the next one after a position; None when there is none."""
        found = self.positions[unit]
        index = bisect_right(found, position)
        return found[index] if index < len(found) else None

    def last_of(self, unit: str, position: int) -> int | None:
        """Position of the last one before a position; None when there is none."""
        found = self.positions[unit]
        index = bisect_left(found, position)
        return found[index - 1] if index else None


def outline(night: ReplayedNight) -> Outline:
    """Look through the night once; only events of the types needed are decoded."""
    first_us, last_us = night.event(night.first).time, night.event(night.last).time
    read = night.log.read(after=night.first - 1, until=night.last, types=_LOOKED_AT)
    return _outlined(read, first_us, last_us)


def _outlined(events: Iterable[Recorded], first_us: int, last_us: int) -> Outline:
    plan: system.NightPlanned | None = None
    opened: dict[tuple[str, str], int] = {}  # since when: kind, and of which recipe
    stretches: list[Stretch] = []
    violations: list[Mark] = []
    positions: dict[str, array[int]] = {unit: array("q") for unit in {*STEPS, VIOLATION} - {"event"}}
    for recorded in events:
        event, name = recorded.payload, type(recorded.payload).__name__
        if name in _UNIT_OF:
            positions[_UNIT_OF[name]].append(recorded.position)
        if isinstance(event, monitor.ViolationDetected):
            violations.append(Mark(recorded.position, recorded.time, event.severity, event.name))
        elif isinstance(event, system.NightPlanned):
            plan = event
        elif name in _BEGINS:
            opened.setdefault((_BEGINS[name], _recipe_of(event)), recorded.time)
        elif name in _ENDS and (ended := (_ENDS[name], _recipe_of(event))) in opened:
            stretches.append(_stretch(ended, opened.pop(ended), recorded.time))
    stretches += [_stretch(each, start_us, last_us) for each, start_us in opened.items()]
    stretches.sort(key=lambda each: each.start_us)
    return Outline(first_us, last_us, plan, tuple(stretches), tuple(violations), positions)


def _stretch(of: tuple[str, str], start_us: int, end_us: int) -> Stretch:
    kind, recipe_id = of
    return Stretch(kind, start_us, end_us, recipe_id[:8])


def _recipe_of(event: object) -> str:
    """Whose beginning or end it is: a recipe that was complete goes back to the pool beside another."""
    return event.recipe_id if isinstance(event, recipe.RecipeEvent) else ""

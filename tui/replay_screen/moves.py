"""Ways to go through a night: each is a function from where the playhead is to where it goes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from replay.errors import PlaceUnknown
from replay.night import ReplayedNight
from replay.outline import Outline
from replay.places import position_before, position_of
from tui.replay_screen.search import Search


class Place(msgspec.Struct, frozen=True):
    """Where the playhead is: after an event, at a time of the night."""

    position: int
    time_us: int


Move = Callable[[ReplayedNight, Outline, Place], Place]
"""Raises PlaceUnknown when it leads nowhere."""


def to_position(position: int) -> Move:
    """To an event."""
    return lambda night, _, __: _at(night, min(max(position, night.first), night.last))


def stay() -> Move:
    """To where the playhead is: something else is to be told of it."""
    return lambda _, __, place: place


def to_found(search: Search, direction: int) -> Move:
    """To the next place that a search, which is over, has found, or the one before."""

    def move(night: ReplayedNight, _: Outline, place: Place) -> Place:
        found = search.after(place.position) if direction > 0 else search.before(place.position)
        if found is None:
            where = "after" if direction > 0 else "before"
            raise PlaceUnknown(f"no place {where} this, of {len(search.found):,}: /{search.text}")
        return _at(night, found)

    return move


def to_place(text: str) -> Move:
    """To a place as a person writes it: a position, a time, a percentage, a recipe, an exposure."""
    return lambda night, _, __: _at(night, position_of(night, text))


def to_time(time_us: int) -> Move:
    """To a time of the night; the ends hold."""

    def move(night: ReplayedNight, outline: Outline, _: Place) -> Place:
        within = min(max(time_us, outline.first_us), outline.last_us)
        return Place(position_before(night, within), within)

    return move


def by_time(seconds: float) -> Move:
    """So much later, or earlier."""
    return lambda night, outline, place: to_time(place.time_us + round(seconds * 1e6))(night, outline, place)


def by_part(part: float) -> Move:
    """Later or earlier by a part of the night."""
    return lambda night, outline, place: by_time((outline.last_us - outline.first_us) * part / 1e6)(
        night, outline, place
    )


def by_events(count: int) -> Move:
    """So many events on or back; the ends hold, and at an end it says so."""

    def move(night: ReplayedNight, outline: Outline, place: Place) -> Place:
        if place.position == (night.last if count > 0 else night.first):
            raise PlaceUnknown(f"{'end' if count > 0 else 'start'} of the night")
        return to_position(place.position + count)(night, outline, place)

    return move


def to_next(unit: str) -> Move:
    """To the next operation, exposure, recipe or violation."""

    def move(night: ReplayedNight, outline: Outline, place: Place) -> Place:
        found = outline.next_of(unit, place.position)
        if found is None:
            raise PlaceUnknown(f"there is no {unit} after this in the night")
        return _at(night, found)

    return move


def to_last(unit: str) -> Move:
    """To the last operation, exposure, recipe or violation before."""

    def move(night: ReplayedNight, outline: Outline, place: Place) -> Place:
        found = outline.last_of(unit, place.position)
        if found is None:
            raise PlaceUnknown(f"there is no {unit} before this in the night")
        return _at(night, found)

    return move


def _at(night: ReplayedNight, position: int) -> Place:
    return Place(position, night.event(position).time)

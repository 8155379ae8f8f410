"""Places in a night, in every form that can be given."""

from __future__ import annotations

import msgspec
import pytest

from replay.errors import NightUnknown, PlaceUnknown
from replay.night import ReplayedNight
from replay.places import STEPS, position_of, step
from tests.replay.conftest import log_of
from tests.tomoe_es.control.observatory import jst
from tomoe_es.events import camera, monitor, recipe, reduction
from tomoe_es.events.envelope import Recorded


def first_of(events: list[Recorded], kind: type) -> Recorded:
    return next(each for each in events if isinstance(each.payload, kind))


def test_by_position_percent_and_end(night: ReplayedNight, events: list[Recorded]) -> None:
    head = len(events)
    assert position_of(night, "17") == 17
    assert (position_of(night, "start"), position_of(night, "end")) == (1, head)
    assert (position_of(night, "0%"), position_of(night, "100%")) == (1, head)
    assert position_of(night, "50%") == 1 + round((head - 1) / 2)


@pytest.mark.parametrize("place", ["16:55:30", "16:55:30 JST", "07:55:30 UTC", "07:55:30.0 utc"])
def test_a_time_is_the_last_event_up_to_it(place: str, night: ReplayedNight, events: list[Recorded]) -> None:
    expected = [each.position for each in events if each.time <= jst("16:55:30")][-1]
    assert position_of(night, place) == expected


def test_by_recipe_exposure_and_product(night: ReplayedNight, events: list[Recorded]) -> None:
    started = first_of(events, recipe.RecipeStarted)
    requested, archived = (
        first_of(events, camera.ExposureRequested),
        first_of(events, reduction.ProductArchived),
    )
    assert isinstance(started.payload, recipe.RecipeStarted)
    assert isinstance(requested.payload, camera.ExposureRequested)
    assert isinstance(archived.payload, reduction.ProductArchived)

    assert position_of(night, f"recipe:{started.payload.recipe_id[:8]}") == started.position
    assert position_of(night, f"exposure:{requested.payload.exposure_number}") == requested.position
    assert position_of(night, f"product:{archived.payload.path}") == archived.position


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("exposur:3", "exposure"),
        ("25:00", "no time of day"),
        ("101%", "past the end"),
        ("999999", "not in the night"),
        ("exposure:999", "not of the night"),
        ("recipe:zzzz", "no recipe of this night"),
        ("product:nothing", "names no product"),
        ("violation:1", "no violation was recorded in this night"),
        ("violation:CubeLost", "no violation was recorded in this night"),
        ("", "no place"),
    ],
)
def test_what_is_no_place_is_told(place: str, told: str, night: ReplayedNight) -> None:
    with pytest.raises(PlaceUnknown, match=told):
        position_of(night, place)


@pytest.fixture
def night_of_two(events: list[Recorded]) -> ReplayedNight:
    """A night whose last two events are violations."""
    last = events[-1]
    told = [
        msgspec.structs.replace(last, position=last.position + number, payload=violation(name))
        for number, name in enumerate(("CubeLost", "FocusOutOfRange"), 1)
    ]
    return ReplayedNight(log_of([*events, *told]))


def violation(name: str) -> monitor.ViolationDetected:
    return monitor.ViolationDetected(
        name=name,
        thing="focus",
        severity="warning",
        message="out of range",
        evidence=[3],
        chain=[3],
        needs_acknowledgement=False,
    )


def test_a_violation_is_found_by_its_number_and_by_its_name(night_of_two: ReplayedNight) -> None:
    last = night_of_two.last
    assert position_of(night_of_two, "violation:1") == last - 1
    assert position_of(night_of_two, "violation:2") == last
    assert position_of(night_of_two, "violation:FocusOutOfRange") == last


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("violation:99", "no violation 99 in this night, which has 2: 1 to 2"),
        ("violation:CubeLos", "no violation 'CubeLos' in this night: .*CubeLost"),
    ],
)
def test_a_violation_that_the_night_has_not_is_told(
    place: str, told: str, night_of_two: ReplayedNight
) -> None:
    with pytest.raises(PlaceUnknown, match=told):
        position_of(night_of_two, place)


@pytest.mark.parametrize("unit", STEPS)
def test_steps_go_on_and_back(unit: str, night: ReplayedNight, events: list[Recorded]) -> None:
    places = [
        each.position for each in events if not STEPS[unit] or type(each.payload).__name__ in STEPS[unit]
    ]
    third = places[2]

    assert step(night, third, unit, 1) == places[3]
    assert step(night, third, unit, -1) == places[1]
    assert step(night, third, unit, -2) == places[0]
    assert step(night, third, unit, 0) == third
    assert step(night, third, unit, -1000) == 1
    assert step(night, third, unit, 100_000) == len(events)


def test_a_night_that_is_not_there_is_told(events: list[Recorded]) -> None:
    for name in ("2023-12-13", "2023-12-11", "yesterday"):
        with pytest.raises(NightUnknown):
            ReplayedNight(log_of(events), name)

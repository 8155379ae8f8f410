"""A night in outline: what lasted, what was wrong, and where each step goes to."""

from __future__ import annotations

from itertools import pairwise

import pytest

from replay.night import ReplayedNight
from replay.outline import Outline, outline
from replay.places import STEPS, step
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import START, Story, record, whole_night
from tomoe_es.clock import MINUTE
from tomoe_es.events import recipe, weather


@pytest.fixture(scope="module")
def night_of_the_story() -> ReplayedNight:
    log = MemoryLog()
    record(log, whole_night())
    return ReplayedNight(log)


@pytest.fixture(scope="module")
def outlined(night_of_the_story: ReplayedNight) -> Outline:
    return outline(night_of_the_story)


def test_recipes_are_stretches_in_order_with_their_ends(outlined: Outline) -> None:
    recipes = [each for each in outlined.stretches if each.kind == "recipe"]
    assert len(recipes) == 5
    assert all(one.end_us <= other.start_us for one, other in pairwise(recipes))
    assert recipes[-1].end_us - recipes[-1].start_us == MINUTE


def test_violations_are_marks(outlined: Outline) -> None:
    assert [(each.name, each.severity) for each in outlined.violations] == [("MountLate", "serious")] * 2


@pytest.mark.parametrize("unit", ["operation", "exposure", "recipe"])
def test_steps_are_those_of_places(outlined: Outline, night_of_the_story: ReplayedNight, unit: str) -> None:
    night = night_of_the_story
    for position in range(night.first, night.last + 1):
        assert (outlined.next_of(unit, position) or night.last) == step(night, position, unit, 1)
        assert (outlined.last_of(unit, position) or night.first) == step(night, position, unit, -1)
    assert unit in STEPS


def test_nothing_comes_after_the_last_or_before_the_first(outlined: Outline) -> None:
    last = outlined.violations[-1].position
    assert outlined.next_of("violation", last) is None
    assert outlined.last_of("violation", outlined.violations[0].position) is None
    assert outlined.last_of("violation", last) == outlined.violations[0].position


def test_what_has_not_ended_lasts_to_the_end_of_the_night() -> None:
    story, log = Story(), MemoryLog()
    record(
        log,
        iter(
            [
                story.at(weather.WeatherBecameSafe(since_us=START)),
                story.at(weather.SkyBecameCloudy(sky_temperature_c=-5.0), 60),
                story.at(weather.WeatherBecameUnsafe(reasons=["rain"]), 60),
                story.at(weather.WeatherBecameUnsafe(reasons=["rain", "wind"]), 60),
                story.at(weather.SkyBecameClear(sky_temperature_c=-30.0), 60),
                *story.readings(),
            ]
        ),
    )
    found = outline(ReplayedNight(log))
    assert [(each.kind, (each.end_us - each.start_us) // MINUTE) for each in found.stretches] == [
        ("clouds", 3),
        ("unsafe", 2),
    ]
    assert found.plan is None
    assert found.span_us == (START, found.last_us)


def test_a_recipe_that_returns_to_the_pool_ends_no_other_one() -> None:
    story, log = Story(), MemoryLog()
    returned = recipe.RecipeReturnedToPool(recipe_id="before", exposures_done=[], reason="exposure lost")
    record(
        log,
        iter(
            [
                story.at(recipe.RecipeStarted(recipe_id="r", exposures_done=[])),
                story.at(returned, 60),
                story.at(recipe.RecipeCompleted(recipe_id="r"), 60),
            ]
        ),
    )
    [stretch] = outline(ReplayedNight(log)).stretches
    assert (stretch.name, stretch.end_us - stretch.start_us) == ("r", 2 * MINUTE)

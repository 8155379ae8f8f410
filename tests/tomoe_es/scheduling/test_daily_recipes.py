"""The recipes of daily work and of the survey are recipes as people write them: they pass the same checks."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.observatory import jst, plan
from tomoe_es.recipe.model import Recipe
from tomoe_es.recipe.operations import exposure_names, total_exposures
from tomoe_es.recipe.parsing import parse_recipe
from tomoe_es.recipe.time_window import window_span
from tomoe_es.recipe.writing import write_recipe
from tomoe_es.scheduling import daily_recipes, scheduler
from tomoe_es.scheduling.all_sky_survey import survey_recipes
from tomoe_es.scheduling.sky import horizontal
from tomoe_es.scheduling.twilight import night_times

NIGHT = "2023-12-12"
DAILY = {
    "unlock": daily_recipes.set_lock(False),
    "lock": daily_recipes.set_lock(True),
    "start up": daily_recipes.start_up(),
    "dark": daily_recipes.darks(plan()),
    "flat": daily_recipes.flats(plan(), jst("16:45")),
    "open": daily_recipes.open_dome(),
    "park": daily_recipes.park_while_idle(),
    "shutdown": daily_recipes.shutdown(),
}


def names(recipe: Recipe) -> list[str]:
    return [call.name for call in recipe.operations]


@pytest.mark.parametrize("role", DAILY)
def test_a_daily_recipe_passes_the_checks_of_recipe_files(role: str) -> None:
    checked = parse_recipe(write_recipe(DAILY[role]).encode(), f"{role}.yaml", night=NIGHT)

    assert [str(error) for error in checked.errors] == []
    assert checked.recipe == DAILY[role]


def test_the_shutdown_closes_and_parks_whatever_is_believed() -> None:
    operations = [(call.name, call.argument) for call in DAILY["shutdown"].operations]

    assert operations[:3] == [("MirrorCover", "close"), ("DomeSlit", "close"), ("Park", None)]


def test_darks_are_taken_for_the_times_of_survey_and_flat() -> None:
    times = [call.argument["tinteg_sec"] for call in DAILY["dark"].operations if call.name == "SetParameter"]

    assert times == [0.5, 1.0]
    assert exposure_names(DAILY["dark"]) == ["dark_0.5s", "dark_1.0s"]


def test_flats_look_away_from_the_sun_high_up() -> None:
    [target] = [call.argument for call in DAILY["flat"].operations if call.name == "Pointing"]

    direction = horizontal(target["ra"], target["dec"], jst("16:45"))
    assert direction.azimuth_deg == pytest.approx(90.0, abs=0.01)
    assert direction.altitude_deg == pytest.approx(75.0, abs=0.01)


class TestSurvey:
    @pytest.mark.parametrize("exposures", [0, 1, 3, 4, 5, 24, 101])
    def test_it_takes_as_many_exposures_as_asked_for(self, exposures: int) -> None:
        recipes = survey_recipes(night_times(NIGHT), exposures)

        assert sum(total_exposures(each) for each in recipes) == exposures
        assert all(total_exposures(each) <= 4 for each in recipes)

    def test_every_recipe_passes_the_checks_and_can_be_observed_in_its_window(self) -> None:
        times = night_times(NIGHT)
        recipes = survey_recipes(times, 96)

        for number, each in enumerate(recipes):
            checked = parse_recipe(write_recipe(each).encode(), f"{number}.yaml", night=NIGHT)
            assert [str(error) for error in checked.errors] == []
            start, end = window_span(each.time_window, NIGHT)
            middle = (start + end) // 2
            [target] = [call.argument for call in each.operations if call.name == "Pointing"]
            assert horizontal(target["ra"], target["dec"], middle).altitude_deg > 45.0
            assert end - start > scheduler.duration_seconds(each) * 1e6

    def test_the_recipes_are_spread_over_the_observing_time(self) -> None:
        times = night_times(NIGHT)

        starts = [window_span(each.time_window, NIGHT)[0] for each in survey_recipes(times, 400)]

        assert starts == sorted(starts)
        assert len(starts) == 100
        assert starts[-1] < times.observing_end_us

"""The fields of the survey keep clear of the Moon, whatever its phase."""

from __future__ import annotations

from typing import Any

import pytest

from tomoe_es.clock import MINUTE
from tomoe_es.scheduling.all_sky_survey import survey_recipes
from tomoe_es.scheduling.sun_and_moon import MOON_LIMIT_DEG, moon_separation_deg
from tomoe_es.scheduling.twilight import night_times


def separations(night: str) -> list[float]:
    """From each field to the Moon, at the beginning and the end of the field's window."""
    times, exposures = night_times(night), 400
    length = times.observing_end_us - times.observing_start_us
    found = []
    for index, recipe in enumerate(survey_recipes(times, exposures)):
        target: Any = next(call.argument for call in recipe.operations if call.name == "Pointing")
        moment = times.observing_start_us + length * index // (exposures // 4)
        found += [
            moon_separation_deg(target["ra"], target["dec"], moment + sign * 45 * MINUTE) for sign in (-1, 1)
        ]
    return found


@pytest.mark.parametrize("night", ["2023-12-12", "2023-12-22", "2023-12-26", "2024-01-02", "2024-06-21"])
def test_no_field_is_near_the_moon_in_its_window(night: str) -> None:
    assert min(separations(night)) > MOON_LIMIT_DEG

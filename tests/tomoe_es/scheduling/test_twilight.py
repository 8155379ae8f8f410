"""The times of a night follow the Sun."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.clock import MINUTE, SECOND, isot
from tomoe_es.night import night_span
from tomoe_es.scheduling.sky import SUN_UP_DEG, sun_altitude
from tomoe_es.scheduling.twilight import OBSERVING_DEG, night_times

dates = st.dates(min_value=datetime.date(2020, 1, 1), max_value=datetime.date(2040, 1, 1))


def test_sunset_and_sunrise_at_kiso_in_december() -> None:
    times = night_times("2023-12-12")

    assert isot(times.sunset_us, 0) == "2023-12-12T07:36:08"
    assert isot(times.sunrise_us, 0) == "2023-12-12T21:50:14"
    assert isot(times.observing_start_us, 0) == "2023-12-12T08:36:28"


@given(dates)
def test_milestones_are_in_order_within_the_night(date: object) -> None:
    noon, next_noon = night_span(str(date))
    times = night_times(str(date))

    milestones = [
        noon,
        times.start_up_us,
        times.calibration_us,
        times.sunset_us,
        times.observing_start_us,
        times.observing_end_us,
        times.sunrise_us,
        next_noon,
    ]
    assert milestones == sorted(set(milestones))
    assert times.sunset_us - times.calibration_us == 10 * MINUTE
    assert times.sunset_us - times.start_up_us == 20 * MINUTE


@given(dates)
def test_each_crossing_is_at_its_second(date: object) -> None:
    times = night_times(str(date))

    for time, limit, before_is_above in (
        (times.sunset_us, SUN_UP_DEG, True),
        (times.observing_start_us, OBSERVING_DEG, True),
        (times.observing_end_us, OBSERVING_DEG, False),
        (times.sunrise_us, SUN_UP_DEG, False),
    ):
        assert (sun_altitude(time - SECOND) > limit) is before_is_above
        assert (sun_altitude(time) > limit) is not before_is_above


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        night_times("2023-13-01")

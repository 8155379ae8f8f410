"""The night: from local noon to local noon, named by its evening."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.clock import DAY, isot
from tomoe_es.night import night_of, night_span, time_of_day_in_night

nights = st.dates(min_value=datetime.date(1990, 1, 1), max_value=datetime.date(2090, 1, 1)).map(str)


def test_a_night_goes_from_noon_to_noon_in_japan() -> None:
    start, end = night_span("2023-12-12")

    assert isot(start, 0) == "2023-12-12T03:00:00"
    assert isot(end, 0) == "2023-12-13T03:00:00"


@given(nights)
def test_its_span_is_what_belongs_to_it(night: str) -> None:
    start, end = night_span(night)

    assert end - start == DAY
    assert night_of(start) == night_of(end - 1) == night
    assert night_of(start - 1) < night < night_of(end)


@given(nights, st.integers(0, 23), st.integers(0, 59), st.floats(0, 59.9))
def test_a_time_of_day_comes_once_in_a_night(night: str, hours: int, minutes: int, seconds: float) -> None:
    moment = time_of_day_in_night(night, hours, minutes, seconds)

    assert night_of(moment) == night
    assert isot(moment, 0)[11:16] == f"{hours:02d}:{minutes:02d}"


def test_the_morning_hours_are_of_the_next_day() -> None:
    assert isot(time_of_day_in_night("2023-12-12", 2, 59, 59.0), 0) == "2023-12-13T02:59:59"
    assert isot(time_of_day_in_night("2023-12-12", 3, 0, 0.0), 0) == "2023-12-12T03:00:00"


@pytest.mark.parametrize(
    ("hours", "minutes", "seconds"), [(24, 0, 0.0), (-1, 0, 0.0), (3, 60, 0.0), (3, 0, 60.0)]
)
def test_what_is_no_time_of_day_is_refused(hours: int, minutes: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        time_of_day_in_night("2023-12-12", hours, minutes, seconds)


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        night_span("tonight")

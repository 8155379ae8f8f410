"""Time: microseconds there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.clock import from_datetime, isot, to_datetime

moments = st.integers(min_value=0, max_value=4_102_444_800_000_000)


@given(moments)
def test_to_datetime_and_back_loses_nothing(time_us: int) -> None:
    assert from_datetime(to_datetime(time_us)) == time_us


@given(moments, st.integers(-12, 14))
def test_the_time_zone_does_not_matter(time_us: int, hours: int) -> None:
    elsewhere = to_datetime(time_us).astimezone(timezone(timedelta(hours=hours)))

    assert from_datetime(elsewhere) == time_us


@given(moments)
def test_with_six_digits_the_text_says_all(time_us: int) -> None:
    assert from_datetime(datetime.fromisoformat(isot(time_us, 6)).replace(tzinfo=UTC)) == time_us


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        (0, "2023-12-12T08:00:09"),
        (1, "2023-12-12T08:00:09.9"),
        (3, "2023-12-12T08:00:09.987"),
        (6, "2023-12-12T08:00:09.987654"),
    ],
)
def test_a_time_is_cut_not_rounded(digits: int, text: str) -> None:
    assert isot(1_702_368_009_987_654, digits) == text


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        from_datetime(datetime(2023, 12, 12))  # noqa: DTZ001  that is the point

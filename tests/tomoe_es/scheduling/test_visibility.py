import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.clock import HOUR, MINUTE
from tomoe_es.scheduling.sky import horizontal
from tomoe_es.scheduling.visibility import culmination_altitude, highest_altitude, visible_at

NOON = 1_702_350_000_000_000  # 2023-12-12T03:00:00


@given(
    st.floats(0, 360, exclude_max=True),
    st.floats(-89, 89),
    st.integers(0, 20 * HOUR),
    st.integers(MINUTE, 24 * HOUR),
)
def test_the_highest_altitude_is_that_of_a_finely_sampled_track(ra_deg, dec_deg, start, length):
    start_us, end_us = NOON + start, NOON + start + length
    moments = [start_us + length * step // 60 for step in range(61)]
    sampled = max(horizontal(ra_deg, dec_deg, moment).altitude_deg for moment in moments)
    highest = highest_altitude(ra_deg, dec_deg, start_us, end_us)
    assert highest >= sampled - 0.001
    assert highest == pytest.approx(sampled, abs=3.1)  # a sample may miss the culmination by 12 minutes


@given(st.floats(0, 360, exclude_max=True), st.floats(-89, 89))
def test_over_a_day_a_star_reaches_its_culmination(ra_deg, dec_deg):
    highest = highest_altitude(ra_deg, dec_deg, NOON, NOON + 24 * HOUR)
    assert highest == pytest.approx(culmination_altitude(dec_deg), abs=0.2)  # precession since J2000


def test_the_survey_s_target_culminates_at_84_degrees_in_a_december_evening():
    assert highest_altitude(19.7498, 29.7107, NOON + 5 * HOUR, NOON + 10 * HOUR) == pytest.approx(
        83.9, abs=0.2
    )


def test_polaris_is_always_visible_and_the_southern_pole_never():
    for hour in range(0, 24, 3):
        assert visible_at(37.95, 89.26, NOON + hour * HOUR)
        assert not visible_at(37.95, -89.26, NOON + hour * HOUR)

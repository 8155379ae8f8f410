import pytest

from tomoe_es.clock import isot
from tomoe_es.recipe.time_window import window_span


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (("08:00:00.0", "10:30:00.0"), "2023-12-12T08:00:00.0", "2023-12-12T10:30:00.0"),
        (("22:00", "02:00:30.5"), "2023-12-12T22:00:00.0", "2023-12-13T02:00:30.5"),
        (("18:00", "20:00"), "2023-12-12T18:00:00.0", "2023-12-12T20:00:00.0"),
        (("01:00", "02:59:59.9"), "2023-12-13T01:00:00.0", "2023-12-13T02:59:59.9"),
        (("03:00", "04:00"), "2023-12-12T03:00:00.0", "2023-12-12T04:00:00.0"),
        (("04:00", "03:00"), "2023-12-12T04:00:00.0", "2023-12-13T03:00:00.0"),
    ],
)
def test_a_window_is_a_span_of_the_night(window, start, end):
    assert [isot(each, 1) for each in window_span(window, "2023-12-12")] == [start, end]


@pytest.mark.parametrize(
    "bad", ["8:00", "08:00:60", "25:00", "08:60", "08:00Z", "0８:00", "", "08:00:00.1234567"]
)
def test_what_is_not_a_time_of_day(bad):
    with pytest.raises(ValueError, match="is not a time of day"):
        window_span(("08:00", bad), "2023-12-12")

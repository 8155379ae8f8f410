"""Clouds suspend and close nothing; rain and clouds together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tomoe_es.control.weather_watch.watch import UNSAFE, Watch, names
from tomoe_es.control import fitness
from tomoe_es.events import queue


class TestClouds:
    def test_that_the_sky_is_clear_is_told_at_the_beginning_of_the_night(self) -> None:
        watch = Watch(sky_known=False)

        assert watch.read(5) == []
        assert names(watch.read(0.5)) == ["SkyBecameClear"]
        assert watch.read(4) == []

    def test_two_cloudy_minutes_suspend_and_close_nothing(self, watch: Watch) -> None:
        assert watch.read(2, clouds=True) == []

        events = watch.read(1, clouds=True)

        assert names(events) == ["SkyBecameCloudy", "ObservingSuspended"]
        assert events[1].reasons == ["clouds"]  # type: ignore[attr-defined]

    def test_a_passing_cloud_does_not_matter(self, watch: Watch) -> None:
        for _ in range(10):
            assert watch.read(1.5, clouds=True) == []
            assert watch.read(1 / 6) == []

    def test_five_clear_minutes_resume(self, watch: Watch) -> None:
        watch.read(30, clouds=True)

        assert watch.read(5) == []
        assert names(watch.read(1)) == ["SkyBecameClear", "ObservingResumed"]

    def test_a_cloud_begins_the_five_minutes_anew(self, watch: Watch) -> None:
        watch.read(30, clouds=True)
        watch.read(4)
        watch.read(1 / 6, clouds=True)

        assert watch.read(5) == []

    def test_clouds_before_the_weather_is_safe_suspend_when_it_becomes_safe(self) -> None:
        watch = Watch()

        events = watch.read(12, clouds=True)

        assert names(events) == ["SkyBecameCloudy", "WeatherBecameSafe", "ObservingSuspended"]
        assert watch.state.suspended == ["clouds"]
        assert names(watch.read(6)) == ["SkyBecameClear", "ObservingResumed"]


class TestRainAndClouds:
    def test_rain_that_comes_out_of_clouds(self, watch: Watch) -> None:
        watch.read(5, clouds=True)

        assert names(watch.read(20, clouds=True, rain=True)) == UNSAFE
        assert watch.state.suspended == ["rain", "clouds"]
        # the rain is over, the clouds stay
        assert names(watch.read(20, clouds=True)) == ["WeatherBecameSafe", "ObservingSuspended"]
        assert watch.state.suspended == ["clouds"]
        assert names(watch.read(6)) == ["SkyBecameClear", "ObservingResumed"]

    def test_clouds_that_go_before_the_rain(self, watch: Watch) -> None:
        watch.read(5, clouds=True)
        watch.read(5, clouds=True, rain=True)

        assert names(watch.read(20, rain=True)) == ["SkyBecameClear"]
        assert names(watch.read(11)) == ["WeatherBecameSafe", "ObservingResumed"]

    def test_clouds_that_come_in_the_rain_and_stay(self, watch: Watch) -> None:
        watch.read(5, rain=True)

        assert names(watch.read(5, rain=True, clouds=True)) == ["SkyBecameCloudy"]
        assert names(watch.read(30, clouds=True)) == ["WeatherBecameSafe", "ObservingSuspended"]
        assert names(watch.read(6)) == ["SkyBecameClear", "ObservingResumed"]

    def test_both_over_at_the_same_reading(self, watch: Watch) -> None:
        watch.read(5, clouds=True, rain=True)
        watch.read(5, clouds=True)

        events = watch.read(6)

        assert names(events) == ["WeatherBecameSafe", "SkyBecameClear", "ObservingResumed"]

    @given(
        spells=st.lists(
            st.tuples(st.booleans(), st.booleans(), st.sampled_from([1 / 6, 1, 2.5, 5, 5 + 1 / 6, 10, 11])),
            max_size=12,
        )
    )
    def test_observing_is_suspended_exactly_while_a_reason_is_left(
        self, spells: list[tuple[bool, bool, float]]
    ) -> None:
        watch = Watch()
        watch.read(11)
        for rain, clouds, minutes in spells:
            for _ in range(round(minutes * 6)):
                watch.read(1 / 6, rain=rain, clouds=clouds)
                state = watch.state
                used_up = state.weather.closings > fitness.MOST_REOPENINGS
                assert bool(state.suspended) == (not state.weather.safe or state.weather.cloudy or used_up)
                assert not (state.weather.safe and rain)
        told = [event for _, event in watch.decided if isinstance(event, queue.ObservingSuspended)]
        resumed = [event for _, event in watch.decided if isinstance(event, queue.ObservingResumed)]
        for before, after in zip(watch.decided, watch.decided[1:], strict=False):
            assert before[1] != after[1], "the same is told twice"
        assert len(resumed) <= len(told)
        # and once both are over, and a person says so, it goes on
        watch.tell(queue.QueueStarted(reason="the weather has settled", who="alice"))
        watch.read(11)
        assert watch.state.suspended == []

"""Danger closes at once, and ten good minutes are needed to open; silence is danger."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.observatory import NIGHT
from tests.tomoe_es.control.weather_watch.watch import NOON, UNSAFE, Watch, names, reading
from tomoe_es.clock import HOUR, MINUTE, SECOND
from tomoe_es.control import fitness, weather_limits, weather_watch
from tomoe_es.events import Event, system, telescope, weather


class TestDanger:
    def test_it_becomes_safe_after_ten_good_minutes(self) -> None:
        watch = Watch()

        assert watch.read(10) == []
        [event] = watch.read(1)

        assert isinstance(event, weather.WeatherBecameSafe)
        assert event.since_us == NOON + 10 * SECOND  # the first reading

    def test_one_bad_reading_begins_the_ten_minutes_anew(self) -> None:
        watch = Watch()
        watch.read(9)
        watch.read(1 / 6, rain=True)

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe"]

    @pytest.mark.parametrize(
        ("conditions", "reason"),
        [
            ({"rain": True}, "rain"),
            ({"wind": 12.1}, "wind 12.1 m/s above 12"),
            ({"humidity": 90.6}, "humidity 91 % above 90"),
        ],
    )
    def test_the_first_bad_reading_closes(
        self, watch: Watch, conditions: dict[str, object], reason: str
    ) -> None:
        events = watch.read(1 / 6, **conditions)

        assert names(events) == UNSAFE
        assert [each.reasons for each in events[:2]] == [[reason], [reason]]  # type: ignore[attr-defined]
        assert [each.action for each in events[2:]] == ["close", "close"]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("conditions", [{"wind": 12.0}, {"humidity": 90.0}])
    def test_at_the_limit_it_is_safe(self, watch: Watch, conditions: dict[str, object]) -> None:
        assert watch.read(5, **conditions) == []

    def test_it_says_so_once(self, watch: Watch) -> None:
        watch.read(1 / 6, rain=True)

        assert watch.read(60, rain=True) == []

    def test_ten_good_minutes_after_the_rain_observing_goes_on(self, watch: Watch) -> None:
        watch.read(30, rain=True)

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe", "ObservingResumed"]

    def test_a_good_reading_that_is_told_late_does_not_shorten_the_ten_minutes(self) -> None:
        watch = Watch()
        watch.read(9)
        watch.read(1 / 6, rain=True)
        watch.now -= 5 * MINUTE
        watch.tell(reading())
        watch.now += 5 * MINUTE

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe"]

    def test_silence_of_a_minute_closes(self, watch: Watch) -> None:
        last = watch.now

        events = watch.wake()

        assert watch.now - last == weather_limits.STALE_AFTER + 1
        assert names(events) == UNSAFE
        assert events[0].reasons == ["weather reading older than 60 s"]  # type: ignore[attr-defined]

    def test_a_reading_from_a_clock_that_is_ahead_closes_for_it_never_gets_old(self, watch: Watch) -> None:
        watch.now += 9 * HOUR
        recorded = watch._take_in(reading())
        watch.now -= 9 * HOUR

        events = watch._decided(recorded)

        assert names(events) == UNSAFE
        assert events[0].reasons == ["weather reading from a clock that is ahead"]  # type: ignore[attr-defined]

    def test_after_a_silence_ten_minutes_of_readings_are_needed(self, watch: Watch) -> None:
        watch.wake()
        watch.now += 30 * MINUTE

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe", "ObservingResumed"]

    def test_a_gap_in_the_readings_is_no_good_weather(self) -> None:
        watch = Watch()
        watch.read(1)
        watch.now += 20 * MINUTE

        assert watch.read(10) == []

    def test_a_monitor_that_does_not_answer_closes_at_once(self, watch: Watch) -> None:
        events = watch.tell(telescope.DeviceUnreachable(device="weather", message="no route"))

        assert names(events) == UNSAFE
        assert events[0].reasons == ["weather monitor does not answer"]  # type: ignore[attr-defined]

    def test_a_log_without_room_closes_and_with_enough_it_goes_on(self, watch: Watch) -> None:
        def left(free_bytes: int) -> list[Event]:
            return watch.tell(system.StorageRead(storage="log", used_bytes=0, free_bytes=free_bytes))

        assert left(64_000_000) == []
        events = left(63_000_000)
        assert names(events) == UNSAFE[1:]
        assert events[0].reasons == [fitness.LOG_FULL]  # type: ignore[attr-defined]
        assert left(127_000_000) == []
        assert names(left(128_000_000)) == ["ObservingResumed"]

    def test_another_device_that_does_not_answer_is_not_the_weather(self, watch: Watch) -> None:
        events = watch.tell(telescope.DeviceUnreachable(device="focus", message="no route"))

        assert names(events) == UNSAFE[1:]
        assert watch.state.weather.safe

    def test_the_ten_minutes_begin_when_the_monitor_answers_again(self) -> None:
        watch = Watch()
        watch.read(9)
        watch.tell(telescope.DeviceUnreachable(device="weather", message="no route"))
        watch.tell(telescope.DeviceReached(device="weather"))

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe"]

    def test_without_any_reading_it_is_never_safe(self) -> None:
        watch = Watch()

        assert weather_watch.next_wakeup(watch.state, watch.now) is None
        assert not watch.state.weather.safe

    @pytest.mark.parametrize("phase", ["ended", "interrupted"])
    def test_after_the_night_nobody_watches(self, watch: Watch, phase: system.NightPhase) -> None:
        watch.tell(system.NightPhaseEntered(night=NIGHT, phase=phase, reason="test"))

        assert watch.read(5, rain=True) == []
        assert weather_watch.next_wakeup(watch.state, watch.now) is None

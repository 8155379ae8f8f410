"""The weather watch: closes at once, lets open slowly, and counts silence as danger."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import NIGHT, plan
from tomoe_es.clock import HOUR, MINUTE, SECOND
from tomoe_es.control import evolution, fitness, weather_limits, weather_watch
from tomoe_es.control import state as control_state
from tomoe_es.events import Event, queue, safety, system, telescope, weather
from tomoe_es.events.envelope import Recorded

NOON = 1_702_350_000 * SECOND


def reading(
    *,
    rain: bool = False,
    clouds: bool = False,
    wind: float = 2.0,
    humidity: float = 60.0,
    pressure: float = 886.0,
) -> weather.WeatherRead:
    return weather.WeatherRead(
        rain=rain,
        wind_speed_m_s=wind,
        wind_direction_deg=315.0,
        humidity_percent=humidity,
        temperature_c=2.0,
        dome_temperature_c=3.0,
        sky_temperature_c=-3.0 if clouds else -33.0,
        pressure_hpa=pressure,
    )


class Watch:
    """The decider over its state, with a reading whenever the test says so; what it decides is taken in."""

    def __init__(self, *, sky_known: bool = True) -> None:
        self.state = control_state.initial()
        self.now = NOON
        self.decided: list[tuple[int, Event]] = []  # minutes since the beginning
        self._position = 0
        self._take_in(plan())
        self._take_in(system.NightPhaseEntered(night=NIGHT, phase="observing", reason="test"))
        self._take_in(safety.DevicesReconciled(differences=[]))
        if sky_known:
            self._take_in(weather.SkyBecameClear(sky_temperature_c=-33.0))

    def _take_in(self, event: Event) -> Recorded:
        self._position += 1
        recorded = Recorded(self._position, event.stream(), 1, self.now, 0, 0, 0, "test", event)
        evolution.evolve(self.state, recorded)
        return recorded

    def tell(self, event: Event) -> list[Event]:
        recorded = self._take_in(event)
        return self._decided(recorded)

    def wake(self) -> list[Event]:
        """Let it look by itself at the time that it asked for."""
        when = weather_watch.next_wakeup(self.state, self.now)
        assert when is not None
        self.now = when
        return self._decided(None)

    def read(self, minutes: float, **conditions: object) -> list[Event]:
        """Readings every 10 s for so long, in air that is never still; returns what was decided on them."""
        decided: list[Event] = []
        for _ in range(round(minutes * 6)):
            self.now += 10 * SECOND
            self.hear_devices()
            pressure = 886.0 + self.now // (10 * SECOND) % 2 / 10
            decided += self.tell(reading(pressure=pressure, **conditions))  # type: ignore[arg-type]
        return decided

    def repeat(self, times: int) -> list[Event]:
        """The newest reading again every 10 s, alike in every field."""
        newest = self.state.hardware.weather
        assert newest is not None
        decided: list[Event] = []
        for _ in range(times):
            self.now += 10 * SECOND
            self.hear_devices()
            decided += self.tell(newest)
        return decided

    def hear_devices(self, *but: str) -> None:
        """All of them give a reading now, but for these."""
        self.state.hardware.read_at |= {each: self.now for each in fitness.REQUIRED if each not in but}

    def _decided(self, recorded: Recorded | None) -> list[Event]:
        events = [each.event for each in weather_watch.decide(self.state, recorded, self.now)]
        for event in events:
            self._take_in(event)
            self.decided.append(((self.now - NOON) // MINUTE, event))
        return events


@pytest.fixture
def watch() -> Watch:
    """It has been safe for a while."""
    made = Watch()
    assert names(made.read(11)) == ["WeatherBecameSafe"]
    return made


def names(events: Sequence[Event]) -> list[str]:
    return [type(each).__name__ for each in events]


UNSAFE = ["WeatherBecameUnsafe", "ObservingSuspended", "MirrorCoverCommanded", "DomeSlitCommanded"]


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


class TestFrozen:
    """A reading that repeats itself in every field counts as unsafe."""

    def test_the_sixth_reading_that_is_alike_closes(self, watch: Watch) -> None:
        assert watch.repeat(4) == []

        events = watch.repeat(1)

        assert names(events) == UNSAFE
        assert events[0].reasons == ["weather reading frozen"]  # type: ignore[attr-defined]

    def test_it_never_becomes_safe(self) -> None:
        watch = Watch(sky_known=False)
        watch.read(1 / 6)

        assert watch.repeat(120) == []
        assert not watch.state.weather.safe

    def test_the_ten_minutes_begin_when_it_varies_again(self, watch: Watch) -> None:
        watch.repeat(60)

        assert watch.read(10) == []
        assert names(watch.read(1)) == ["WeatherBecameSafe", "ObservingResumed"]

    def test_one_other_reading_begins_the_count_anew(self, watch: Watch) -> None:
        for _ in range(5):
            watch.read(2 / 6)
            assert watch.repeat(4) == []

    def test_rain_that_a_frozen_monitor_does_not_see_finds_the_slit_closed(self, observatory: Opener) -> None:
        # given a monitor that freezes two minutes before it rains
        night = observatory(plan(script=FROZEN_BEFORE_RAIN), only=("weather watch",))
        night.start_observing()
        night.run_until("16:44")
        assert night.control.hardware.dome_slit == telescope.DomeSlitRead(state="open")

        # when it rains
        night.run_until("16:46")
        assert night.control.hardware.weather is not None
        assert not night.control.hardware.weather.rain, "the reading is from before"

        # then both are closed
        [unsafe] = night.told(weather.WeatherBecameUnsafe)
        assert unsafe.reasons == ["weather reading frozen"]
        assert night.control.hardware.dome_slit == telescope.DomeSlitRead(state="closed")
        assert night.control.hardware.mirror_cover == telescope.MirrorCoverRead(state="closed")


FROZEN_BEFORE_RAIN = """
weather: [{ kind: rain, from: '16:46', to: '17:30' }]
faults: [{ device: weather, kind: freeze, from: '16:44', to: '17:30' }]
"""


class TestInterlock:
    """It judges the state again and again, and does not wait for a change."""

    def test_what_is_still_open_is_told_again_every_minute(self, watch: Watch) -> None:
        watch.tell(telescope.DomeSlitRead(state="open"))
        watch.read(1 / 6, rain=True)

        events = watch.read(3, rain=True)

        assert names(events) == ["DomeSlitCommanded"] * 3

    def test_also_when_the_monitor_is_silent(self, watch: Watch) -> None:
        watch.tell(telescope.MirrorCoverRead(state="fault"))
        watch.wake()

        closed = watch.now
        assert names(watch.wake()) == ["MirrorCoverCommanded"]
        assert watch.now - closed == weather_limits.CLOSE_AGAIN_AFTER

    def test_what_obeys_is_left_alone(self, watch: Watch) -> None:
        watch.tell(telescope.DomeSlitRead(state="open"))
        watch.read(1 / 6, rain=True)
        watch.tell(telescope.DomeSlitRead(state="closing"))

        assert watch.read(5, rain=True) == []

    def test_what_reads_open_is_closed_until_it_is_safe_again(self, watch: Watch) -> None:
        watch.read(1 / 6, rain=True)
        watch.tell(telescope.DomeSlitRead(state="open"))

        assert set(names(watch.read(5))) >= {"DomeSlitCommanded"}

    def test_before_weather_ever_closed_it_may_be_open(self, watch: Watch) -> None:
        watch.tell(telescope.DomeSlitRead(state="open"))

        assert "DomeSlitCommanded" not in names(watch.read(5))

    def test_a_crash_before_the_closing_was_carried_out_is_made_good(self, observatory: Opener) -> None:
        # given a log that ends with the command to close, which no device has seen
        night = observatory(only=("weather watch",), folder="log")
        night.start_observing()
        rain = (
            weather.WeatherBecameUnsafe(reasons=["rain"]),
            queue.ObservingSuspended(reasons=["rain"]),
            reading(rain=True),
            telescope.DomeSlitCommanded(action="close", reason="rain"),
        )
        night.conductor.add_effects({weather.WeatherBecameUnsafe: crash})
        with pytest.raises(Crashed):
            night.record(*rain)
        night.close()

        # when it rains on after the restart
        again = observatory(plan(script=RAIN), only=("weather watch",), folder="log")
        again.resume()
        assert again.control.hardware.dome_slit == telescope.DomeSlitRead(state="open")
        again.run_for(180)

        # then both are closed
        assert again.control.hardware.dome_slit == telescope.DomeSlitRead(state="closed")
        assert again.control.hardware.mirror_cover == telescope.MirrorCoverRead(state="closed")


RAIN = "weather: [{ kind: rain, from: '16:30', to: '17:30' }]"


class Crashed(Exception):
    pass


def crash(recorded: Recorded) -> None:
    """An effect that ends the process."""
    raise Crashed


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

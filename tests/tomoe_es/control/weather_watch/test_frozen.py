"""A reading that repeats itself in every field counts as unsafe."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import plan
from tests.tomoe_es.control.weather_watch.watch import UNSAFE, Watch, names
from tomoe_es.events import telescope, weather

FROZEN_BEFORE_RAIN = """
weather: [{ kind: rain, from: '16:46', to: '17:30' }]
faults: [{ device: weather, kind: freeze, from: '16:44', to: '17:30' }]
"""


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

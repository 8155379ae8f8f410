"""It judges the state again and again, and does not wait for a change."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import plan
from tests.tomoe_es.control.weather_watch.watch import Watch, names, reading
from tomoe_es.control import weather_limits
from tomoe_es.events import queue, telescope, weather
from tomoe_es.events.envelope import Recorded

RAIN = "weather: [{ kind: rain, from: '16:30', to: '17:30' }]"


class Crashed(Exception):
    pass


def crash(recorded: Recorded) -> None:
    """An effect that ends the process."""
    raise Crashed


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

"""Rule 5: quick to close, slow to open, and a budget of re-openings."""

from __future__ import annotations

from tests.tomoe_es.control.accident_rules.mid_night import observing, states, weather_of
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, jst, plan
from tomoe_es.clock import MINUTE
from tomoe_es.control import fitness
from tomoe_es.events import queue, weather
from tomoe_es.events.queue import QueueStarted


def weather_spells(count: int, begin: str = "17:40") -> str:
    """Rain of one minute every 16 minutes."""
    start = jst(begin)
    spells = []
    for number in range(count):
        minutes = (start - jst("17:00")) // MINUTE + 16 * number
        clock = [f"{17 + each // 60:02d}:{each % 60:02d}" for each in (minutes, minutes + 1)]
        spells.append(f"{{ kind: rain, from: '{clock[0]}', to: '{clock[1]}' }}")
    return f"weather: [{', '.join(spells)}]"


class TestRule5:
    def test_rule_5_quick_to_close_and_slow_to_open(self, night: Observatory) -> None:
        observing(night)
        rained = night.record(weather_of(night, rain=True))[0].time
        [unsafe] = night.of(weather.WeatherBecameUnsafe)
        assert unsafe.time == rained

        safe = night.run_until_seen(weather.WeatherBecameSafe)

        assert safe.time - rained >= 10 * MINUTE

    def test_rule_5_after_four_reopenings_it_stays_closed_until_a_person_starts(
        self, observatory: Opener
    ) -> None:
        script = weather_spells(6)
        night = observatory(
            plan(start_up="17:20", calibration="17:21", observing="17:35", end="20:30", script=script)
        )
        night.start()
        night.run_until("19:25")

        # given five times of rain, after which the weather has been safe again
        assert len(night.of(weather.WeatherBecameUnsafe)) == 6
        [used_up] = night.told(queue.ReopeningsUsedUp)
        assert used_up.closings == 5
        assert night.control.weather.closings == 6
        night.run_until("19:40")
        assert night.control.weather.safe
        assert night.control.suspended == [fitness.USED_UP]
        assert states(night, "dome_slit") == {"dome_slit": "closed"}
        assert len(night.told(queue.ObservingResumed)) == fitness.MOST_REOPENINGS

        # when a person starts the queue
        night.record(QueueStarted(reason="the front is through", who="alice"))
        night.run_for(120)

        # then it opens
        assert not night.control.suspended
        assert states(night, "dome_slit") == {"dome_slit": "open"}

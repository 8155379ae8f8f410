"""The weather is not known while a night runs, whether or not anything is open."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.control import weather_limits
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER, NightPhaseEntered
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

STALE_SECONDS = 120.0


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """The monitor does not answer, repeats itself, or its newest reading gets old."""
    hardware = known.hardware
    if known.phase in ("", *NIGHT_OVER):
        return None
    if "weather" in hardware.unreachable:
        return Departing(f"the weather monitor does not answer: {hardware.unreachable['weather']}")
    if known.same_weather >= weather_limits.FROZEN_AFTER:
        told = (
            f"the weather monitor gave {weather_limits.FROZEN_AFTER} readings that are alike in every field"
        )
        return Departing(told, known.evidence("weather"))
    read_at = hardware.read_at.get("weather", recorded.time)
    return Departing(
        f"the weather was not read for {STALE_SECONDS:g} s",
        known.evidence("weather"),
        due=read_at + round(STALE_SECONDS * SECOND),
    )


RULE = Rule(
    name="WeatherNotKnown",
    severity="serious",
    meaning="nothing may be opened, and what is open closes, because nobody knows the weather",
    remedy="look at the weather monitor, its line and its power",
    thing="weather",
    reads=(WeatherRead, DeviceUnreachable, DeviceReached, NightPhaseEntered),
    judge=judge,
)

"""The sky is observed while a weather reading exceeds its limit."""

from __future__ import annotations

from tomoe_es.control import weather_limits
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule

STOPPING_SECONDS = 10.0
"""In this time an exposure is broken off once the weather asks for it."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the reading and the limits themselves, whatever the weather watch has decided."""
    exposing, reading = known.on_sky, known.hardware.weather
    exceeded = weather_limits.exceeded(reading) if reading is not None else []
    if exposing is None or not exceeded:
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} goes on in {', '.join(exceeded)}",
        (*known.evidence("weather"), exposing.started),
        grace_seconds=STOPPING_SECONDS,
    )


RULE = Rule(
    name="ObservingInUnsafeWeather",
    severity="critical",
    meaning="the dome is open and observing goes on in weather that can harm the telescope",
    remedy="close at once, with 'tomoe emergency'; find out why the weather watch did not",
    thing="weather",
    reads=(WeatherRead, *EXPOSURE_CHANGES),
    judge=judge,
)

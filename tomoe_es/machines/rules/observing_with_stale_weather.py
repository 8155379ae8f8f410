"""The sky is observed while the newest weather reading is old."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.control import weather_limits
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule

STOPPING_SECONDS = 10.0
"""In this time an exposure is broken off once the weather asks for it."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each reading puts the time off at which the newest one is too old."""
    exposing, read_at = known.on_sky, known.hardware.read_at.get("weather")
    if exposing is None or read_at is None:
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} goes on without a new reading of the weather",
        (*known.evidence("weather"), exposing.started),
        due=read_at + weather_limits.STALE_AFTER + round(STOPPING_SECONDS * SECOND),
    )


RULE = Rule(
    name="ObservingWithStaleWeather",
    severity="serious",
    meaning="nobody knows the weather, and observing goes on",
    remedy="close the dome; restart the weather monitor; find out why the weather watch did not close",
    thing="weather",
    reads=(WeatherRead, *EXPOSURE_CHANGES),
    judge=judge,
)

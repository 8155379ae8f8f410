"""The sky is observed while the weather monitor repeats itself."""

from __future__ import annotations

from tomoe_es.control import weather_limits
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule

STOPPING_SECONDS = 10.0
"""In this time an exposure is broken off once the weather asks for it."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Readings that are alike in every field tell nothing: real weather varies."""
    exposing = known.on_sky
    if exposing is None or known.same_weather < weather_limits.FROZEN_AFTER:
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} goes on while the weather monitor repeats itself",
        (*known.evidence("weather"), exposing.started),
        grace_seconds=STOPPING_SECONDS,
    )


RULE = Rule(
    name="ObservingWithFrozenWeather",
    severity="serious",
    meaning="nobody knows the weather, and observing goes on",
    remedy="close the dome; restart the weather monitor; find out why the weather watch did not close",
    thing="weather",
    reads=(WeatherRead, *EXPOSURE_CHANGES),
    judge=judge,
)

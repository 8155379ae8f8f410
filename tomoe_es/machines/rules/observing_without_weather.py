"""The sky is observed while the weather monitor is missing."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import EXPOSURE_CHANGES, Known
from tomoe_es.machines.rule import Departing, Rule

STOPPING_SECONDS = 10.0
"""In this time an exposure is broken off once the weather asks for it."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """It was never read, or does not answer."""
    exposing, hardware = known.on_sky, known.hardware
    if exposing is None or (hardware.weather is not None and "weather" not in hardware.unreachable):
        return None
    return Departing(
        f"exposure {exposing.request.exposure_number} goes on while the weather monitor does not answer",
        (exposing.started,),
        grace_seconds=STOPPING_SECONDS,
    )


RULE = Rule(
    name="ObservingWithoutWeather",
    severity="serious",
    meaning="nobody knows the weather, and observing goes on",
    remedy="close the dome; mend the weather monitor; find out why the weather watch did not close",
    thing="weather",
    reads=(DeviceReached, DeviceUnreachable, WeatherRead, *EXPOSURE_CHANGES),
    judge=judge,
)

"""The dome slit stays open in weather that is unsafe or not known."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.control import weather_limits
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent, TelescopeMadeSafe
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable, DomeSlitRead
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

CLOSING_SECONDS = 120.0
"""In this time the slit is closed, from the first reading on that asks for it."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the slit's own reading, until it says closed; a reading that gets old counts too."""
    hardware = known.hardware
    slit = hardware.dome_slit
    if slit is None or slit.state == "closed":
        return None
    reasons = weather_limits.reasons_against(
        hardware.weather,
        answers="weather" not in hardware.unreachable,
        same_readings=known.same_weather,  # one that gets old has its time below
    )
    evidence = known.evidence("weather", "dome_slit")
    if reasons:
        told = f"the dome slit reads '{slit.state}' in {', '.join(reasons)}"
        return Departing(told, evidence, grace_seconds=CLOSING_SECONDS)
    if known.unheard:
        return None  # nobody records the weather; the guardian, which reads it, closes and says so
    return Departing(
        f"the dome slit reads '{slit.state}' without a new reading of the weather",
        evidence,
        due=max(hardware.read_at["weather"], known.heard_us)
        + weather_limits.STALE_AFTER
        + round(CLOSING_SECONDS * SECOND),
    )


RULE = Rule(
    name="DomeOpenInUnsafeWeather",
    severity="critical",
    meaning="rain, wind or what nobody has measured can reach the telescope",
    remedy="close it with 'tomoe emergency', or by hand; then see why it did not obey",
    thing="dome_slit",
    reads=(DomeSlitRead, WeatherRead, DeviceUnreachable, DeviceReached, TelescopeMadeSafe, ProcessFellSilent),
    judge=judge,
)

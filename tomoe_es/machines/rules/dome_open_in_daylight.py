"""The dome slit is open while the Sun is up."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeSlitRead, MountRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.scheduling.sun_and_moon import sun_altitude_deg, sun_is_up


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Up: its centre is above the true horizon."""
    slit = known.hardware.dome_slit
    if slit is None or slit.state == "closed" or not sun_is_up(recorded.time):
        return None
    return Departing(
        f"the dome slit reads '{slit.state}' while the Sun is {sun_altitude_deg(recorded.time):.1f} deg high",
        known.evidence("dome_slit"),
    )


RULE = Rule(
    name="DomeOpenInDaylight",
    severity="critical",
    meaning="sunlight can fall into the dome, and through the telescope onto the camera",
    remedy="close it with 'tomoe emergency', or by hand; then see why the night's end did not close it",
    thing="dome_slit",
    reads=(DomeSlitRead, MountRead),
    judge=judge,
)

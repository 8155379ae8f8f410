"""Nothing is recorded while a night runs."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.events.camera import CameraRead
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER, NightPhaseEntered
from tomoe_es.events.telescope import DomeSlitRead, MountRead
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

LONGEST_GAP_SECONDS = 300.0
"""Every device is read each 30 s, also while nothing happens."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Each reading puts the time off."""
    if known.phase in ("", *NIGHT_OVER):
        return None
    return Departing(
        f"no device was read for {LONGEST_GAP_SECONDS:g} s while the night was {known.phase}",
        due=recorded.time + round(LONGEST_GAP_SECONDS * SECOND),
    )


RULE = Rule(
    name="LogNotGrowing",
    severity="serious",
    meaning="the night's process hangs or was killed, or every device is cut off",
    remedy="see whether the process lives; 'tomoe night --resume' goes on with the night",
    thing="log",
    reads=(WeatherRead, MountRead, DomeSlitRead, CameraRead, NightPhaseEntered),
    judge=judge,
)

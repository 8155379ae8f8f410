"""The power supply is not known while a night runs, whether or not anything is open."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain
from tomoe_es.events.system import NIGHT_OVER, NightPhaseEntered, NightResumed
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable, PowerRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

STALE_SECONDS = 180.0
"""It is read every 30 s; its battery lasts for ten minutes."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """It does not answer, or its newest reading gets old; one that was never read is not there."""
    if known.phase in ("", *NIGHT_OVER) or known.unheard:
        return None
    unreachable = known.hardware.unreachable
    if "power" in unreachable:
        return Departing(f"the power supply does not answer: {unreachable['power']}")
    if known.power_us == 0:
        return None
    return Departing(
        f"the power supply was not read for {STALE_SECONDS:g} s",
        known.evidence("power"),
        due=max(known.power_us, known.heard_us) + round(STALE_SECONDS * SECOND),
    )


RULE = Rule(
    name="PowerNotKnown",
    severity="serious",
    meaning="nobody would know that the mains are gone before the battery is empty",
    remedy="look at the power supply's monitor and its line",
    thing="power",
    reads=(
        *(PowerRead, DeviceUnreachable, DeviceReached, NightPhaseEntered),
        *(ProcessFellSilent, ProcessHeardAgain, NightResumed),
    ),
    judge=judge,
)

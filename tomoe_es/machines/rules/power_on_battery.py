"""The observatory runs on its battery."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import PowerRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the supply's own reading."""
    power = recorded.payload
    assert isinstance(power, PowerRead), "the rule reads nothing else"
    if power.state != "battery":
        return None
    return Departing(
        f"the power supply reads '{power.state}' at {power.battery_percent:.0f} % of its battery"
    )


RULE = Rule(
    name="PowerOnBattery",
    severity="serious",
    meaning="the mains are gone; the battery lasts long enough to close, not to observe",
    remedy="bring the mains back; stop observing while the battery is good",
    thing="power",
    reads=(PowerRead,),
    judge=judge,
)

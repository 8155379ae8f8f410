"""The power supply is about to fail."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import PowerRead
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the supply's own reading."""
    power = recorded.payload
    assert isinstance(power, PowerRead), "the rule reads nothing else"
    if power.state != "failing":
        return None
    return Departing(
        f"the power supply reads '{power.state}' at {power.battery_percent:.0f} % of its battery"
    )


RULE = Rule(
    name="PowerFailing",
    severity="critical",
    meaning="soon nothing can be closed any more",
    remedy="close with 'tomoe emergency' if nothing has closed yet; bring the mains back",
    thing="power",
    reads=(PowerRead,),
    judge=judge,
)

"""The dome rotation does not show in time that it does what it was told."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceUnreachable,
    DomeRotationCommanded,
    DomeRotationRead,
    DomeRotationStopCommanded,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

WITHIN_SECONDS = 120.0
"""Longer than its longest way takes."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By its own readings; when it breaks, is cut off or refuses, that is told by another name.

    While the night's process is silent, nobody records its readings.
    """
    order, reading = known.orders.get("dome_rotation"), known.hardware.dome_rotation
    if order is None or known.unheard:
        return None
    shows = f"reads '{reading.state}'" if reading is not None else "was not read"
    return Departing(
        f"the dome {shows} {WITHIN_SECONDS:g} s after it was told to turn, and is not where it should be",
        (order.position,),
        grace_seconds=WITHIN_SECONDS,
        order=order.position,
    )


RULE = Rule(
    name="DomeDidNotTurn",
    severity="serious",
    meaning="the dome was told to turn, and does not read that its slit is there",
    remedy="look at the dome's readings: they may be frozen; turn it by hand",
    thing="dome_rotation",
    reads=(
        *(DomeRotationCommanded, DomeRotationStopCommanded),
        *(DomeRotationRead, DeviceUnreachable, DeviceCommandFailed, ProcessFellSilent),
    ),
    judge=judge,
)

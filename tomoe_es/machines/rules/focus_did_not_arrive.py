"""The focus does not show in time that it does what it was told."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceUnreachable,
    FocusCommanded,
    FocusRead,
    FocusStopCommanded,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

WITHIN_SECONDS = 150.0
"""Longer than its longest way takes."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By its own readings; when it breaks, is cut off or refuses, that is told by another name.

    While the night's process is silent, nobody records its readings.
    """
    order, reading = known.orders.get("focus"), known.hardware.focus
    if order is None or known.unheard:
        return None
    shows = f"reads '{reading.state}'" if reading is not None else "was not read"
    return Departing(
        f"the focus {shows} {WITHIN_SECONDS:g} s after it was told to move, and is not there",
        (order.position,),
        grace_seconds=WITHIN_SECONDS,
        order=order.position,
    )


RULE = Rule(
    name="FocusDidNotArrive",
    severity="warning",
    meaning="the focus was told to move, and does not read that it is there",
    remedy="look at the focus drive's readings: they may be frozen",
    thing="focus",
    reads=(
        *(FocusCommanded, FocusStopCommanded),
        *(FocusRead, DeviceUnreachable, DeviceCommandFailed, ProcessFellSilent),
    ),
    judge=judge,
)

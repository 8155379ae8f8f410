"""The mount does not show in time that it does what it was told."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import ProcessFellSilent
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceUnreachable,
    MountParkCommanded,
    MountRead,
    MountSlewCommanded,
    MountStopCommanded,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

WITHIN_SECONDS = 180.0
"""Longer than its longest way takes."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By its own readings; when it breaks, is cut off or refuses, that is told by another name.

    While the night's process is silent, nobody records its readings.
    """
    order, reading = known.orders.get("mount"), known.hardware.mount
    if order is None or known.unheard:
        return None
    shows = f"reads '{reading.state}'" if reading is not None else "was not read"
    return Departing(
        f"the mount {shows} {WITHIN_SECONDS:g} s after it was told to move, and does not track its target",
        (order.position,),
        grace_seconds=WITHIN_SECONDS,
        order=order.position,
    )


RULE = Rule(
    name="MountDidNotSlew",
    severity="serious",
    meaning="the mount was told to go to a target, and does not read that it tracks it",
    remedy="look at the mount's readings: they may be frozen; park it and point it again",
    thing="mount",
    reads=(
        *(MountSlewCommanded, MountParkCommanded, MountStopCommanded),
        *(MountRead, DeviceUnreachable, DeviceCommandFailed, ProcessFellSilent),
    ),
    judge=judge,
)

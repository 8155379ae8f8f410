"""Something opens, turns or slews while the telescope lock is set."""

from __future__ import annotations

from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import (
    DomeRotationRead,
    DomeSlitRead,
    FocusRead,
    MirrorCoverRead,
    MountRead,
    TelescopeLockReleased,
    TelescopeLockSet,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

BRAKING_SECONDS = 20.0
"""What moved when the lock was set may take so long to stand still."""
_MOVING = {
    "mount": ("slewing", "settling"),
    "dome_slit": ("opening",),
    "dome_rotation": ("rotating",),
    "mirror_cover": ("opening",),
    "focus": ("moving",),
}
"""Closing and parking make the telescope safe, and are not held against anybody."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """By the devices' own readings: whoever moves them, and however."""
    hardware = known.hardware
    if not hardware.locked:
        return None
    moving = [
        device
        for device, states in _MOVING.items()
        if device not in hardware.unreachable and getattr(getattr(hardware, device), "state", "") in states
    ]
    if not moving:
        return None
    return Departing(
        f"{' and '.join(moving)} moves while the telescope is locked by {hardware.locked_by or 'nobody yet'}",
        known.evidence(*moving),
        grace_seconds=BRAKING_SECONDS,
    )


RULE = Rule(
    name="MotionWhileLocked",
    severity="critical",
    meaning="a device moves while people work at the telescope",
    remedy="call whoever is in the dome; press the emergency stop; find out who or what moved it",
    thing="telescope_lock",
    reads=(
        *(MountRead, DomeSlitRead, DomeRotationRead, MirrorCoverRead, FocusRead),
        *(TelescopeLockSet, TelescopeLockReleased),
    ),
    judge=judge,
)

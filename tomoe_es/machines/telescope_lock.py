"""What is normal for the telescope lock: while it is set, nothing is ordered to move."""

from __future__ import annotations

from tomoe_es.events.telescope import (
    DomeRotationCommanded,
    DomeSlitCommanded,
    FocusCommanded,
    MirrorCoverCommanded,
    MountParkCommanded,
    MountSlewCommanded,
    TelescopeLockReleased,
    TelescopeLockSet,
)
from tomoe_es.machines.declaration import ByField, Departure, Machine, On

_OPENING = ByField("action", {"open": "order_motion"})
"""Closing slit or cover for safety is allowed at any time."""

MACHINE = Machine(
    name="telescope_lock",
    meaning="While the lock is set, people work at the telescope. Days end with it; a log begins with it.",
    thing="telescope_lock",
    states=("locked", "unlocked"),
    initial="locked",
    transitions=(
        ("set", "*", "locked"),
        ("release", "*", "unlocked"),
        ("order_motion", "unlocked", "unlocked"),
    ),
    listens=(
        On(TelescopeLockSet, "set"),
        On(TelescopeLockReleased, "release"),
        On(MountSlewCommanded, "order_motion"),
        On(MountParkCommanded, "order_motion"),
        On(DomeRotationCommanded, "order_motion"),
        On(FocusCommanded, "order_motion"),
        On(DomeSlitCommanded, _OPENING),
        On(MirrorCoverCommanded, _OPENING),
    ),
    departures=(
        Departure(
            name="MovementWhileLocked",
            trigger="order_motion",
            source="locked",
            dest="=",
            severity="critical",
            meaning="a device was ordered to move while the telescope is locked",
            remedy="make sure that nobody is in danger; release the lock before anything is commanded",
        ),
    ),
)

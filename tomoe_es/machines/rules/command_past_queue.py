"""A device is commanded by somebody who may not, or outside any recipe."""

from __future__ import annotations

from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import (
    DomeRotationCommanded,
    DomeSlitCommanded,
    FocusCommanded,
    MirrorCoverCommanded,
    MountParkCommanded,
    MountSlewCommanded,
)
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

EXECUTOR = "executor"
CLOSING = frozenset({"weather watch", "night course", "night", "guardian", "emergency"})
"""Actors that may close and park at any time: they make the telescope safe, and nothing else."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """The executor moves the telescope, within a recipe; others may only close it and park it."""
    command, actor = recorded.payload, recorded.actor
    closes = isinstance(command, MountParkCommanded) or getattr(command, "action", "") == "close"
    if (actor == EXECUTOR and known.running is not None) or (closes and actor in CLOSING):
        return None
    why = "outside any recipe" if actor == EXECUTOR else f"by '{actor}', which may not"
    return Departing(f"{type(command).__name__} {why}")


RULE = Rule(
    name="CommandPastQueue",
    severity="critical",
    meaning="a command reached a device neither through the observation queue nor the emergency path",
    remedy="find out who or what sent it, and stop that; two hands on the telescope can destroy it",
    thing="{1.stream}",
    lasts=False,
    reads=(
        *(MountSlewCommanded, MountParkCommanded, DomeSlitCommanded, DomeRotationCommanded),
        *(MirrorCoverCommanded, FocusCommanded, ExposureRequested),
    ),
    judge=judge,
)

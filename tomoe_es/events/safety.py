"""Events of the second, shorter way to the telescope: guardian and emergency, which wait for nothing."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event

MadeSafeBy = Literal["guardian", "emergency"]


class SafetyEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the safety of the telescope."""

    def stream(self) -> str:
        return "safety"


class MakingSafeBegun(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Cover and slit are being closed, the mount stopped and parked, over a device connection of its own."""

    by: MadeSafeBy
    who: str
    reasons: list[str]
    begun_us: int  # when the first device command went out


class TelescopeMadeSafe(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The sensors say so: dome slit closed, mirror cover closed, mount parked."""

    by: MadeSafeBy
    seconds: float  # from the first device command on
    attempts: int


class MakingSafeOverdue(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """What should be safe by now is not; it is being tried again."""

    by: MadeSafeBy
    not_safe: list[str]  # device and its reading
    attempts: int


class ProcessFellSilent(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A process that should give signs of life gives none."""

    process: str
    pid: int
    silent_seconds: float


class ProcessHeardAgain(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A process that was silent gives signs of life again."""

    process: str
    pid: int


class DevicesReconciled(SafetyEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """After a restart every device was read, and compared with what the log said last."""

    differences: list[str]  # device, last state in the log, state now

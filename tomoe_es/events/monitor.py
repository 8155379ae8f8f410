"""Events of the monitor that judges what is normal, and of the people who answer its alarms."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event

Severity = Literal["notice", "warning", "serious", "critical"]


class MonitorEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event about departures from normal."""

    def stream(self) -> str:
        return "monitor"


class ViolationDetected(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Something departed from what is declared normal."""

    name: str
    thing: str  # the machine's instance: mount, exposure/00000012, ...
    severity: Severity
    message: str
    evidence: list[int]  # positions of the events that show it; negative: not in this part of a log
    chain: list[int]  # positions from the evidence back through its causes to what began it
    needs_acknowledgement: bool  # False: it clears by itself


class ViolationCleared(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A departure is over: what is declared normal holds again."""

    name: str
    thing: str
    detected: int  # position of the ViolationDetected
    message: str


class ViolationAcknowledged(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A person has taken notice of a violation."""

    name: str
    thing: str
    detected: int  # position of the ViolationDetected
    who: str
    why: str
    said_us: int = 0  # when by the real clock, UTC; a simulated night has a time of its own; 0: not told


class AlarmMuted(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Violations of one name are recorded but not announced for a while."""

    name: str
    until_us: int
    who: str
    why: str


class AlarmUnmuted(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Violations of one name are announced again."""

    name: str
    who: str
    why: str


class ErrorRaised(MonitorEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A process met an exception that it did not expect here."""

    process: str
    condition: str  # class of the exception
    message: str
    where: str  # module and line
    understood: bool  # False: it has no name in `docs/conditions.md`

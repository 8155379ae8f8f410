"""Events of the monitor that judges what is normal."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event


class ViolationDetected(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """Something departed from what is declared normal."""

    name: str
    thing: str  # the machine's instance: mount, exposure/00000012, ...
    severity: Literal["notice", "warning", "serious", "critical"]
    message: str
    evidence: list[int]  # positions of the events that show it

    def stream(self) -> str:
        return "monitor"
